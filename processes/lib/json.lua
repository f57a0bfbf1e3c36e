-- SPDX-License-Identifier: MIT
-- Reads the JSON of a scene's properties. null becomes nil.
local tw = ...

local decode_value

local escapes = { b = '\b', f = '\f', n = '\n', r = '\r', t = '\t' }

local function utf8(code)
  if code < 0x80 then
    return string.char(code)
  elseif code < 0x800 then
    return string.char(0xC0 + math.floor(code / 0x40), 0x80 + code % 0x40)
  end
  return string.char(0xE0 + math.floor(code / 0x1000), 0x80 + math.floor(code / 0x40) % 0x40, 0x80 + code % 0x40)
end

local function decode_string(text, pos)
  local at = pos + 1
  while text:sub(at, at) ~= '"' do
    at = at + (text:sub(at, at) == '\\' and 2 or 1)
    if at > #text then
      error('a text without an end', 0)
    end
  end
  local raw = text:sub(pos + 1, at - 1):gsub('\\u(%x%x%x%x)', function(digits)
    return utf8(tonumber(digits, 16))
  end)
  return raw:gsub('\\(.)', function(char)
    return escapes[char] or char
  end), at + 1
end

local function skip(text, pos)
  return text:match('^%s*()', pos)
end

-- Items between brackets, separated by commas; read(pos) reads one and returns the position behind it.
local function decode_items(text, pos, close, read)
  pos = skip(text, pos + 1)
  if text:sub(pos, pos) == close then
    return pos + 1
  end
  while true do
    pos = skip(text, read(pos))
    local char = text:sub(pos, pos)
    if char == close then
      return pos + 1
    elseif char ~= ',' then
      error(("expected ',' or '%s'"):format(close), 0)
    end
    pos = skip(text, pos + 1)
  end
end

local function decode_list(text, pos)
  local list, count = {}, 0
  local behind = decode_items(text, pos, ']', function(at)
    count = count + 1
    list[count], at = decode_value(text, at)
    return at
  end)
  return list, behind
end

local function decode_map(text, pos)
  local map = {}
  local behind = decode_items(text, pos, '}', function(at)
    local key
    key, at = decode_string(text, at)
    at = skip(text, text:match('^%s*:()', at) or error("expected ':'", 0))
    map[key], at = decode_value(text, at)
    return at
  end)
  return map, behind
end

function decode_value(text, pos)
  pos = skip(text, pos)
  local char = text:sub(pos, pos)
  if char == '"' then
    return decode_string(text, pos)
  elseif char == '{' then
    return decode_map(text, pos)
  elseif char == '[' then
    return decode_list(text, pos)
  end
  local word, behind = text:match('^([%w%.%+%-]+)()', pos)
  if word == 'true' or word == 'false' then
    return word == 'true', behind
  elseif word == 'null' then
    return nil, behind
  elseif tonumber(word) then
    return tonumber(word), behind
  end
  error(("unexpected '%s'"):format(char), 0)
end

-- The value of a JSON text, or nil and what is wrong.
function tw.decode_json(text)
  local ok, value = pcall(decode_value, text, 1)
  if ok then
    return value
  end
  return nil, value
end
