-- SPDX-License-Identifier: MIT
-- Dates of scenes: RFC 3339, as in 2023-08-10 or 2023-08-10T10:00:31Z.
local tw = ...

local days_in_month = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function is_leap(year)
  return year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
end

-- Days from 2000-01-01 to a day of the Gregorian calendar; nil when there is no such day.
local function days_of(year, month, day)
  local length = days_in_month[month]
  if not length or day < 1 or day > (month == 2 and is_leap(year) and 29 or length) then
    return nil
  end
  local before = year - 1
  local days = before * 365 + math.floor(before / 4) - math.floor(before / 100) + math.floor(before / 400) - 730119
  for i = 1, month - 1 do
    days = days + (i == 2 and is_leap(year) and 29 or days_in_month[i])
  end
  return days + day - 1
end

-- Whether a text is a date as in 2023-08-10.
function tw.is_date(text)
  local year, month, day = tostring(text):match('^(%d%d%d%d)%-(%d%d)%-(%d%d)$')
  return year ~= nil and days_of(tonumber(year), tonumber(month), tonumber(day)) ~= nil
end

-- Julian years of 365.25 days since 2000-01-01T00:00:00Z; nil for what is no date.
function tw.years_of(datetime)
  local year, month, day, rest = datetime:match('^(%d%d%d%d)%-(%d%d)%-(%d%d)(.*)$')
  local days = year and days_of(tonumber(year), tonumber(month), tonumber(day))
  if not days then
    return nil
  end
  local hour, minute, second, zone = rest:match('^[Tt ](%d%d):(%d%d):(%d%d%.?%d*)(.*)$')
  if hour then
    local sign, east_hours, east_minutes = zone:match('^([+-])(%d%d):(%d%d)$')
    local east = sign and (east_hours * 3600 + east_minutes * 60) * (sign == '+' and 1 or -1) or 0
    days = days + (hour * 3600 + minute * 60 + second - east) / 86400
  end
  return days / 365.25
end
