-- SPDX-License-Identifier: MIT
-- What a script can name. It prevents accidents and is no wall against attackers.
local tw = ...
local raise = tw.raise

local function closed(library, name)
  return tw.read_only(library, ("the library '%s'"):format(name), function(key)
    tw.raise_unknown(("'%s' has no function '%s'"):format(name, tostring(key)), key, tw.names_of(library))
  end)
end

-- Bytecode is the one part of `string` that can do harm.
string.dump = nil
getmetatable('').__metatable = false

-- A wrong configuration, cancelling and a used up budget end the run, whatever a script does about them.
local function pass_on(ok, message, ...)
  if not ok and tw.has_stopped() then
    error(message, 0)
  end
  if not ok and tw.is_failure(message) then
    local status = message.status
    if status == tw.status.USAGE or status == tw.status.CANCELLED or status == tw.status.BUDGET then
      error(message, 0)
    end
    return ok, message.message
  end
  return ok, message, ...
end

local function safe_pcall(fn, ...)
  return pass_on(pcall(fn, ...))
end

-- Texts for print and log, as print joins them.
local function joined(...)
  local parts = { ... }
  for i = 1, select('#', ...) do
    parts[i] = tostring((select(i, ...)))
  end
  return table.concat(parts, ' ')
end

local log = {
  info = function(...)
    tw.log_info(joined(...))
  end,
  warn = function(...)
    tw.log_warn(joined(...))
  end,
}

local modules = {}
local LOADING = {}

-- The file of a module beside the script; each is run once.
local function require_module(name)
  if type(name) ~= 'string' then
    raise('require needs the name of a module, not %s', tw.show(name))
  end
  if (name:gsub('[%w_%-]+', 'a') .. '.'):gsub('a%.', '') ~= '' then
    raise("'%s' is not the name of a module: use letters, digits and dots for folders", name)
  end
  if modules[name] == LOADING then
    raise("module '%s' requires itself", name)
  end
  if modules[name] == nil then
    local path = name:gsub('%.', '/') .. '.lua'
    local text, message = tw.module(path)
    if not text then
      raise("cannot find module '%s': %s", name, message)
    end
    modules[name] = LOADING
    local value = tw.run_chunk(path, text)
    modules[name] = value == nil and true or value
  end
  return modules[name]
end

local libraries = {
  math = closed(math, 'math'), string = closed(string, 'string'), table = closed(table, 'table'),
  bit = closed(bit, 'bit'), raster = closed(tw.raster, 'raster'), log = closed(log, 'log'),
  param = closed(tw.param, 'param'), spectral = closed(tw.spectral, 'spectral'),
}

-- The masks of an expression are arrays, of which Lua's `and` takes the second one.
local masks = { lt = 1, le = 1, gt = 1, ge = 1, eq = 1, ne = 1, in_ = 1, both = 1, either = 1, negate = 1 }

local function check_masks(name, text)
  local number = 0
  for line in (text .. '\n'):gmatch('(.-)\n') do
    number = number + 1
    for method in line:gsub('%-%-.*', ''):gmatch(':([%l_]+)%s*%b()%s*and%f[^%w_]') do
      if masks[method] then
        error(("%s:%d: 'and' after a mask gives what follows, not both: write a:%s(...):both(b)"):format(name, number, method), 0)
      end
    end
  end
end

function tw.ipairs(t)
  local kind, name = tw.input_of(t)
  if kind == 'stack' then
    raise("ipairs goes over lists; over the scenes of a stack: for scene in input.%s:each { 'red' } do", name)
  elseif kind == 'group' then
    raise('ipairs goes over lists; over the inputs of a group: for name, source in input.%s:each() do', name)
  end
  return ipairs(t)
end

local globals = {
  vector = closed(tw.vector, 'vector'),
  assert = assert, error = error, ipairs = tw.ipairs, next = next, pairs = tw.pairs, pcall = safe_pcall,
  print = log.info, select = select, setmetatable = setmetatable, getmetatable = getmetatable,
  tonumber = tonumber, tostring = tostring, type = tw.type, unpack = unpack, process = tw.process,
  require = require_module,
}
for name, library in pairs(libraries) do
  globals[name] = library
end

local absent = {}
for name in ('io os ffi debug package jit loadstring load loadfile dofile getfenv setfenv _G module coroutine '
  .. 'collectgarbage newproxy rawget rawset rawequal xpcall'):gmatch('%S+') do
  absent[name] = true
end

local global_names = tw.names_of(globals)

-- Set behind the list of names: scripts are compiled with it, but do not know of it.
function globals.__return(...)
  return ...
end

setmetatable(globals, {
  __index = function(_, name)
    if absent[name] then
      raise("'%s' is not available in scripts: inputs and results are all that a script reads and writes", name)
    end
    local nearest = tw.nearest(name, global_names)
    raise("unknown name '%s'%s", tostring(name), nearest and ("; did you mean '%s'?"):format(nearest) or
      '; declare it with \'local\' before it is used')
  end,
})

local environment = setmetatable({}, {
  __index = globals,
  __newindex = function(_, name)
    raise("'%s' would be a global variable: declare it with 'local'", tostring(name))
  end,
  __metatable = false,
})

-- Compiles a script or module and runs it. name: for messages.
function tw.run_chunk(name, text)
  local chunk_name = '=' .. name
  tw.sources[chunk_name] = text
  if text:sub(1, 1) == '\27' then
    error(name .. ': this is compiled Lua; a script is a text', 0)
  end
  text = text:gsub('^#![^\n]*', '')
  check_masks(name, text)
  local chunk, message = loadstring(text, chunk_name)
  if not chunk then
    error(message, 0)
  end
  chunk = loadstring(tw.without_tail_calls(text), chunk_name) or chunk
  return setfenv(chunk, environment)()
end
