-- SPDX-License-Identifier: MIT
-- Errors as the analyst sees them: the place in the script, never a place in the library.
local tw = ...

-- Text of each script and module by chunk name (`=ndvi.lua`).
tw.sources = {}

-- `ndvi.lua:6: ` of the innermost frame that belongs to the script or a module; '' when there is none.
function tw.place()
  for level = 2, 1000 do
    local info = debug.getinfo(level, 'Sl')
    if not info then
      return ''
    end
    if tw.sources[info.source] then
      return ('%s:%d: '):format(info.source:sub(2), info.currentline)
    end
  end
  return ''
end

-- Raises an error at the script's line.
function tw.raise(format, ...)
  local message = select('#', ...) > 0 and format:format(...) or format
  error(tw.place() .. message, 0)
end

-- What is no fault of the script (an input, the budget, a cancelled run) keeps its status.
local Failure = {
  __tostring = function(failure)
    return failure.message
  end,
  __metatable = false,
}

function tw.is_failure(value)
  return type(value) == 'table' and debug.getmetatable(value) == Failure
end

-- Raises what a C function returned, unless it is 0.
function tw.check(status)
  if status ~= 0 then
    local message = tw.place() .. require('ffi').string(tw.host.message)
    error(setmetatable({ status = status, message = message }, Failure), 0)
  end
end

-- `; did you mean 'x'? (known: a, b)`, made by the C side.
function tw.raise_unknown(what, name, known)
  tw.raise('%s%s', what, tw.known(tostring(name), known))
end

function tw.contains(list, wanted)
  for _, item in ipairs(list) do
    if item == wanted then
      return true
    end
  end
  return false
end

-- Refuses options that are not among the known ones.
function tw.check_option_names(what, options, known)
  for name in pairs(options or {}) do
    if not tw.contains(known, name) then
      tw.raise_unknown(("%s: unknown option '%s'"):format(what, tostring(name)), name, known)
    end
  end
end

-- The options of a method, an empty table when there are none.
function tw.check_options(what, options, known)
  if options ~= nil and (type(options) ~= 'table' or tw.is_raster(options)) then
    tw.raise('%s: options are a table, as in { %s = ... }, not %s', what, known[1], tw.show(options))
  end
  tw.check_option_names(what, options, known)
  return options or {}
end

-- `3`, `'text'`, `nil`, `a raster`: a value in a message.
function tw.show(value)
  local kind = tw.type(value)
  if kind == 'string' then
    return ("'%s'"):format(#value > 40 and value:sub(1, 37) .. '...' or value)
  elseif kind == 'nil' or kind == 'number' or kind == 'boolean' then
    return tostring(value)
  end
  return tw.is_feature(value) and 'a feature' or (kind == 'array' and 'an ' or 'a ') .. kind
end

local library_place = '^' .. tw.library_prefix:gsub('%p', '%%%0') .. '[%w_]+:%d+: '

local advice = {
  {
    'attempt to compare .*table',
    "%s: a raster's bands are compared one by one, as in r.red:lt(40); `<` would give true or false, not a mask",
  },
  {
    '^bad argument .* %(number expected, got an array%)$',
    '%s: functions of numbers take no arrays; arrays have methods of their own, as in a:sqrt()',
  },
  { '^attempt to call a table value$', '%s: a list is gone over with ipairs, as in for i, f in ipairs(list) do' },
  { '^attempt to compare .*function', '%s: a method is called with brackets, as in g:area()' },
  { 'arithmetic on .*%(a function value%)$', '%s: a method is called with brackets, as in g:area()' },
  { "^attempt to call method '[%w_]+' %(a [bs][%w_]+ value%)$", '%s: it is a field: leave out the brackets' },
  { '^attempt to [^:]*a series[^:]*$', '%s: its observations are numbers, as in at.red[1]' },
  { '^stack overflow', '%s: does a function call itself without end?' },
}

-- The message that Lua raised, without its place, in the words of the script.
local function reword(text)
  text = text:gsub("'struct tw_script_geometry'", 'a geometry')
  text = text:gsub("a? ?'?struct tw_script_array'?", 'an array'):gsub("'struct tw_script_series%d*'", 'a series')
    :gsub("'struct tw_script_at%d*'", 'a table of series')
    :gsub('got cdata', 'got an array')
  for _, entry in ipairs(advice) do
    if text:find(entry[1]) then
      return entry[2]:format(text)
    end
  end
  return text
end

-- `name:line: ` of a script or module at the start of a message, and the rest.
local function split_place(message)
  for source in pairs(tw.sources) do
    local name = source:sub(2)
    if message:sub(1, #name) == name then
      local line, rest = message:sub(#name + 1):match('^:(%d+): (.*)$')
      if line then
        return ('%s:%s: '):format(name, line), rest
      end
    end
  end
end

-- The handler of every protected call into a script: runs where the error happened.
function tw.on_error(message)
  if tw.is_failure(message) then
    return message
  end
  if type(message) ~= 'string' then
    local mt = type(message) == 'table' and debug.getmetatable(message)
    local text = mt and mt.__tostring and tostring(message)
    message = text or ('the script raised %s instead of a message'):format(tw.show(message))
  end
  local place, rest = split_place(message)
  if place then
    return place .. reword(rest)
  end
  return tw.place() .. reword((message:gsub(library_place, '')))
end

-- The line where a field is set: `field =` at or behind line `from` of a script's text.
function tw.field_line(source, from, field)
  local number = 0
  for line in (source .. '\n'):gmatch('(.-)\n') do
    number = number + 1
    if number >= from and line:gsub('%-%-.*', ''):find('%f[%w_]' .. field .. '%f[^%w_][\'"%]]*%s*=') then
      return number
    end
  end
  return from
end
