-- SPDX-License-Identifier: MIT
-- Loading a script, and running it for one tile.
local tw = ...
local host, check = tw.host, tw.check

-- Scripts fail with a status and a message; everything else that failed keeps its own status.
function tw.outcome(ok, value)
  if ok then
    return 0, value
  elseif tw.is_failure(value) then
    return value.status, value.message
  end
  return tw.status.SCRIPT, value
end

local outcome = tw.outcome

-- Runs the script and returns 0 and its declaration, or a status and a message.
function tw.load(name, text)
  return outcome(xpcall(function()
    local declaration = tw.run_chunk(name, text)
    if not tw.is_declaration(declaration) then
      error(("%s: the script must end in 'return process { ... }'"):format(name), 0)
    end
    tw.script_name, tw.declared = name, declaration
    return declaration
  end, tw.on_error))
end

-- Defaults, and over them the configuration's values.
function tw.new_params(values)
  local content, known = {}, {}
  for _, param in ipairs(tw.declared.params) do
    known[param.name] = true
    content[param.name] = param.default
  end
  for name, value in pairs(values) do
    content[name] = value
  end
  return tw.read_only(content, 'parameters', function(key)
    tw.raise_unknown(("no parameter '%s'"):format(tostring(key)), key, tw.names_of(known))
  end, known)
end

function tw.raise_result(format, ...)
  error(('%s: '):format(tw.script_name) .. format:format(...), 0)
end
local raise_result = tw.raise_result

-- What run returned as a list of names and one of arrays.
local function as_bands(result)
  local kind = tw.type(result)
  if kind == 'raster' then
    return tw.names_of_bands(result), tw.bands_of(result)
  elseif kind == 'array' then
    return { 'band1' }, { result }
  elseif kind ~= 'table' then
    raise_result('run returned %s; it must return a raster, an array, a list of arrays or features, or nil', tw.show(result))
  elseif #result == 0 and next(result) ~= nil then
    result = tw.raster.new(result)
    return tw.names_of_bands(result), tw.bands_of(result)
  end
  local names = {}
  for i, array in ipairs(result) do
    if not tw.is_array(array) then
      raise_result('run returned a list whose item %d is %s, not an array', i, tw.show(array))
    end
    names[i] = 'band' .. i
  end
  return names, result
end

-- Bands by name where all declared names are there, otherwise in order.
local function in_declared_order(names, bands)
  local declared = tw.declared.bands
  local place, arranged = {}, {}
  for i, name in ipairs(names) do
    place[name] = i
  end
  for i, name in ipairs(declared) do
    if not place[name] then
      return bands
    end
    arranged[i] = bands[place[name]]
  end
  return arranged
end

local function check_result(names, bands)
  local num_bands = tw.declared.num_bands
  if num_bands and num_bands ~= #bands then
    raise_result('run returned %d band%s (%s); the script declares %d', #bands, #bands == 1 and '' or 's',
      table.concat(names, ', '), num_bands)
  end
  for _, array in ipairs(bands) do
    tw.check_alive(array)
    if array.width ~= host.width_px or array.height ~= host.height_px then
      raise_result('run returned %s pixels; the tile has %d x %d', tw.shape(array), host.width_px, host.height_px)
    end
  end
end

local reading = { raster = 'read()', stack = "median { 'red' }", vector = 'features()', group = 'each()' }

-- The one value that run returned.
local function only(result, ...)
  if select('#', ...) > 0 then
    raise_result('run returned %d values; it returns one: a raster, an array, or arrays by name, as in { red = a, nir = b }',
      select('#', ...) + 1)
  end
  local kind, name = tw.input_of(result)
  if kind then
    raise_result("run returned the input '%s' itself; return what it holds, as in input.%s:%s", name, name, reading[kind])
  end
  return result
end

local function add_results(result)
  if tw.is_vector_result(result) then
    if tw.declared.num_bands and not (type(result) == 'table' and next(result) == nil) then
      raise_result('run returned features; the script declares bands')
    end
    return tw.set_features(result)
  end
  local names, bands = as_bands(result)
  check_result(names, bands)
  if tw.declared.bands then
    names, bands = tw.declared.bands, in_declared_order(names, bands)
  end
  for i, array in ipairs(bands) do
    check(host.add_result(host, names[i], tw.data(array)))
  end
end

-- job: { tile =, params =, inputs =, variant =, prepared = }, made by the C side. Returns a status and a message.
function tw.run(job)
  -- The same numbers for the same tile, whatever ran before it on this thread.
  math.randomseed(job.tile.zoom * 1e12 + job.tile.row * 1e6 + job.tile.col)
  return outcome(xpcall(function()
    local ready = tw.ready(job)
    local inputs, p = tw.new_inputs(job.inputs, tw.declared), tw.new_params(job.params)
    local result = only(tw.declared.run(tw.new_tile(job.tile, 'tile'), inputs, p, ready))
    if result ~= nil then
      add_results(result)
    end
  end, tw.on_error))
end
