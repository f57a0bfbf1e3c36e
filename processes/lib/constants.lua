-- SPDX-License-Identifier: MIT
-- What a script makes before its tiles: constants of the whole area (`prepare`), things of its own for each state
-- (`setup`), and the margin that it needs around a tile.
local tw = ...

-- The tile, and the area of prepare. Methods are those of both.

local tile_methods = {}

local function check_pixel(method, col, row)
  tw.check_number(col, method .. ': the column')
  tw.check_number(row, method .. ': the row')
end

-- x, y of a pixel's centre, in the CRS.
function tile_methods.xy(_, col, row)
  check_pixel('xy', col, row)
  return tw.pixel_xy(col, row)
end

-- Longitude and latitude of a pixel's centre; nil where the CRS knows none.
function tile_methods.lonlat(_, col, row)
  check_pixel('lonlat', col, row)
  local status, lon, lat = tw.pixel_lonlat(col, row)
  tw.check(status)
  return lon, lat
end

-- what: `tile` or `area`.
function tw.new_tile(fields, what)
  local tile
  local names = tw.names_of(fields)
  for name, method in pairs(tile_methods) do
    names[#names + 1] = name
    fields[name] = function(self, ...)
      if self ~= tile then
        tw.raise("'%s' is a method: write %s:%s(...), with a colon", name, what, name)
      end
      return method(self, ...)
    end
  end
  table.sort(names)
  tile = tw.read_only(fields, 'the ' .. what, function(key)
    tw.raise_unknown(("%s has no field '%s'"):format(what, tostring(key)), key, names)
  end)
  return tile
end

-- prepare

local function path_in(path, key)
  if type(key) == 'number' then
    return ('%s[%g]'):format(path, key)
  end
  return ('%s.%s'):format(path, tostring(key))
end

local check_plain

local function check_table(value, path, depth)
  local refuse = tw.refuse_prepared
  if depth > 16 then
    refuse('%s is nested too deep: 16 levels at most', path)
  elseif debug.getmetatable(value) then
    refuse('%s is a table with a metatable', path)
  end
  local is_list = #value > 0
  for key, item in pairs(value) do
    if is_list and (type(key) ~= 'number' or key % 1 ~= 0 or key < 1 or key > #value) then
      refuse("%s is a list that has also the key '%s'", path, tostring(key))
    elseif not is_list and type(key) ~= 'string' then
      refuse("%s has the key %s, which is no text; a list counts from 1, without gaps", path, tw.show(key))
    end
    check_plain(item, path_in(path, key), depth + 1)
  end
end

-- Refuses what is no plain data.
function check_plain(value, path, depth)
  local kind = tw.type(value)
  if kind == 'table' then
    check_table(value, path, depth)
  elseif kind == 'string' and value:find('\0', 1, true) then
    tw.refuse_prepared('%s is a text with a zero in it', path)
  elseif kind ~= 'number' and kind ~= 'string' and kind ~= 'boolean' then
    tw.refuse_prepared('%s is %s; it must be made of numbers, texts, booleans, lists and maps', path, tw.show(value))
  end
end

function tw.refuse_prepared(format, ...)
  error(tw.declared.prepare_place .. format:format(...), 0)
end

-- Returns a status, and plain data (or nil) or a message.
function tw.prepare(job)
  math.randomseed(0)
  return tw.outcome(xpcall(function()
    local inputs, p = tw.new_inputs(job.inputs, tw.declared), tw.new_params(job.params)
    local value = tw.declared.prepare(tw.new_tile(job.tile, 'area'), inputs, p)
    if value ~= nil then
      check_plain(value, 'the result of prepare', 0)
    end
    return value
  end, tw.on_error))
end

-- Maps that cannot be changed; lists are copies of the tile's own.
local function protected(value)
  if type(value) ~= 'table' then
    return value
  end
  for key, item in pairs(value) do
    value[key] = protected(item)
  end
  if #value > 0 or next(value) == nil then
    return value
  end
  local names = tw.names_of(value)
  return tw.read_only(value, 'what prepare returned', function(key)
    tw.raise_unknown(("prepare returned no '%s'"):format(tostring(key)), key, names)
  end)
end

-- setup

local ready = {} -- by variant: { value }

local function run_setup(job)
  math.randomseed(0)
  ready[job.variant] = { (tw.declared.setup(tw.new_params(job.params), protected(job.prepared))) }
end

-- The last argument of run. A state that took the place of another has to be set up first.
function tw.ready(job)
  if not tw.declared.setup then
    return protected(job.prepared)
  end
  if not ready[job.variant] then
    run_setup(job)
  end
  return ready[job.variant][1]
end

function tw.setup(job)
  return tw.outcome(xpcall(run_setup, tw.on_error, job))
end

-- The margin

function tw.is_margin(value)
  return type(value) == 'number' and value >= 0 and value % 1 == 0 and value < 2 ^ 31
end

-- How many pixels around the tile the script says that its result depends on; nil when it does not say.
function tw.margin_of(params)
  local declared = tw.declared
  if not declared.margin_function then
    return declared.margin
  end
  local margin = declared.margin_function(tw.new_params(params))
  if not tw.is_margin(margin) then
    error(declared.margin_place .. ('margin returned %s; it must return a whole number of pixels of at least 0'):format(
      tw.show(margin)), 0)
  end
  return margin
end

function tw.margin_for(job)
  return tw.outcome(xpcall(tw.margin_of, tw.on_error, job.params))
end
