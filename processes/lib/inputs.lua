-- SPDX-License-Identifier: MIT
-- What a script reads: input.dem is a raster input, input.scenes a stack, input.roads a vector input. Inputs are made
-- anew for every tile. An input may be a group of inputs: input.years['2019'].
local tw = ...
local ffi = require('ffi')
local host, raise, check = tw.host, tw.raise, tw.check

-- Private keys, as in raster.lua.
local NAME, INDEX, CACHE, BANDS, TILE, ORDER = {}, {}, {}, {}, {}, {}

-- Scenes and bands are those of one tile.
local function check_alive(input)
  if input[TILE] ~= host.tile_number then
    raise("input '%s' belongs to another tile: use the input that run is given", input[NAME])
  end
end

-- Names of the input's bands, or nil when it does not know them before it is read.
local function known_bands(input)
  if input[CACHE].names == nil then
    local count = ffi.new('size_t[1]')
    local list = host.band_names(host, input[INDEX], count)
    local names = list ~= nil and {}
    for i = 1, names and tonumber(count[0]) or 0 do
      names[i] = ffi.string(list[i - 1])
    end
    input[CACHE].names = names
  end
  return input[CACHE].names or nil
end

-- names: of the bands there are, or nil when that is not known yet.
local function band_name(input, names, key)
  local what = ("input '%s'"):format(input[NAME])
  if type(key) == 'number' and names then
    return names[key] or tw.raise_no_band(key, names, what)
  end
  if type(key) ~= 'string' then
    raise("%s: a band is chosen by its name, not by %s", what, tw.show(key))
  end
  for _, name in ipairs(names or {}) do
    if name == key then
      return key
    end
  end
  return names and tw.raise_no_band(key, names, what) or key
end

-- The asked bands as a list of names; nil means all.
local function band_list(input, known, bands)
  if bands == nil then
    return nil
  end
  local names = {}
  for i, key in ipairs(tw.list_argument(bands, 'read', "read { 'red', 'nir' }")) do
    names[i] = band_name(input, known, key)
  end
  if #names == 0 then
    raise("input '%s': an empty list of bands; leave it out to read all of them", input[NAME])
  end
  return names
end

local function resampling_of(options)
  tw.check_option_names('read', options, { 'resampling' })
  if options == nil or options.resampling == nil then
    return -1
  end
  for i, name in ipairs(tw.resampling_names) do
    if name == options.resampling then
      return i - 1
    end
  end
  tw.raise_unknown(("unknown resampling '%s'"):format(tostring(options.resampling)), options.resampling,
    tw.resampling_names)
end

-- Reads bands (a list of names, or nil) of one scene into a struct tw_raster.
local function read_pixels(input, scene, names, resampling)
  local request, raster = ffi.new('struct tw_read_request'), ffi.new('struct tw_raster')
  local list = names and ffi.new('const char *[?]', #names, names)
  request.bands, request.num_bands = list, names and #names or 0
  request.input, request.scene, request.resampling = input[INDEX], scene, resampling
  check(host.read(host, request, raster))
  return raster
end

-- Name, unit and scale of a band as it was read.
local function band_meta(raster, i, name)
  if raster.meanings == nil then
    return { name = name }
  end
  local meaning = raster.meanings[i]
  local unit = ffi.string(meaning.unit)
  return { name = name, unit = unit ~= '' and unit or nil, scale = meaning.scale, offset = meaning.offset }
end

-- The same as a raster of the script.
local function read(input, scene, names, resampling, info)
  local raster = read_pixels(input, scene, names, resampling)
  local band_names, bands = {}, {}
  for i = 1, tonumber(raster.num_bands) do
    band_names[i] = names and names[i] or ffi.string(raster.names[i - 1])
    bands[i] = tw.without_nan(tw.wrap(raster.bands[i - 1]))
    tw.set_meta(bands[i], band_meta(raster, i - 1, band_names[i]))
  end
  return tw.new_raster(band_names, bands, info)
end

local function check_options(options)
  if options ~= nil and type(options) ~= 'table' then
    raise("options are a table, as in { resampling = 'bilinear' }, not %s", tw.show(options))
  end
  return options
end

-- Raster inputs

local raster_methods = {}

function raster_methods.read(input, bands, options)
  return read(input, 0, band_list(input, known_bands(input), bands), resampling_of(check_options(options)))
end

function raster_methods.bands(input)
  return { unpack(known_bands(input) or tw.names_of_bands(read(input, 0, nil, -1))) }
end

-- Stacks: the methods are in stack.lua.

local stack_methods = {}

-- What stack.lua needs of an input.
tw.inputs = {
  known_bands = known_bands, band_name = band_name, band_list = band_list, resampling_of = resampling_of,
  check_options = check_options, read = read, read_pixels = read_pixels,
  name = function(input)
    return input[NAME]
  end,
  index = function(input)
    return input[INDEX]
  end,
  cache = function(input)
    return input[CACHE]
  end,
}

-- Vector inputs

local vector_methods = {}

function vector_methods.features(input, options)
  return tw.read_features(input[INDEX], input[CACHE], options)
end

-- Groups

local group_methods = {}

-- Name and input of each, in the order of the configuration.
function group_methods.each(group)
  local order, i = group[ORDER], 0
  return function()
    i = i + 1
    if order[i] then
      return order[i], group[CACHE][order[i]]
    end
  end
end

function group_methods.names(group)
  return { unpack(group[ORDER]) }
end

-- All kinds

-- kind: `stack`, for messages about another kind's methods.
local function refuse_key(input, key, kind, methods)
  if raster_methods[key] or stack_methods[key] or vector_methods[key] or group_methods[key] then
    raise("input '%s' is a %s, which has no method '%s'; it has: %s", input[NAME], kind, tostring(key),
      table.concat(tw.names_of(methods), ', '))
  end
  tw.raise_unknown(("a %s has no method '%s'"):format(kind, tostring(key)), key, tw.names_of(methods))
end

local function add_methods(mt, methods, list)
  for name, method in pairs(list) do
    methods[name] = function(input, ...)
      if type(input) ~= 'table' or debug.getmetatable(input) ~= mt then
        raise("'%s' is a method of inputs: write input.name:%s(...), with a colon", name, name)
      end
      check_alive(input)
      return method(input, ...)
    end
  end
end

local function new_metatable(kind, methods, index)
  local mt = { __metatable = false }
  add_methods(mt, methods, methods)
  mt.__index = function(input, key)
    return methods[key] or index(input, key)
  end
  mt.__newindex = function(input, key)
    raise("cannot set '%s': input '%s' cannot be changed", tostring(key), input[NAME])
  end
  mt.__tostring = function(input)
    return ("%s input '%s'"):format(kind, input[NAME])
  end
  return mt
end

-- input.dem.nir reads that band, once a tile.
local function read_band(input, key)
  if stack_methods[key] or vector_methods[key] then
    refuse_key(input, key, 'raster', raster_methods)
  end
  check_alive(input)
  local name = band_name(input, known_bands(input), key)
  local bands = input[BANDS]
  bands[name] = bands[name] or tw.bands_of(read(input, 0, { name }, -1))[1]
  return bands[name]
end

-- By its name; or by its number in the order of the configuration.
local function member(group, key)
  local found = group[CACHE][tostring(key)] or group[CACHE][group[ORDER][key]]
  if found then
    return found
  elseif raster_methods[key] or stack_methods[key] or vector_methods[key] then
    refuse_key(group, key, 'group', group_methods)
  end
  tw.raise_unknown(("no input '%s' in the group '%s'"):format(tostring(key), group[NAME]), key, group[ORDER])
end

local metatables = {
  group = new_metatable('group', group_methods, member),
  raster = new_metatable('raster', raster_methods, read_band),
  stack = new_metatable('stack', stack_methods, function(input, key)
    refuse_key(input, key, 'stack', stack_methods)
  end),
  vector = new_metatable('vector', vector_methods, function(input, key)
    refuse_key(input, key, 'vector input', vector_methods)
  end),
}

metatables.group.__pairs = group_methods.each

-- Kind and name of an input; nil for anything else.
function tw.input_of(value)
  local mt = type(value) == 'table' and debug.getmetatable(value)
  for kind, known in pairs(metatables) do
    if mt == known then
      return kind, value[NAME]
    end
  end
end

function tw.add_stack_methods(list)
  add_methods(metatables.stack, stack_methods, list)
end

-- A stack input of the same name with a cache of its own, in which stack.lua says what is different about it.
function tw.derive_stack(stack, cache)
  return setmetatable({
    [NAME] = stack[NAME], [INDEX] = stack[INDEX], [CACHE] = cache, [TILE] = stack[TILE],
  }, metatables.stack)
end

-- list: { { name =, kind =, group = }, ... } in the order of the C side; group: the number of the one that it is in.
-- Returns `input` for run().
function tw.new_inputs(list, declared)
  local content = {}
  local made, top = {}, 0
  for i, input in ipairs(list) do
    local group = made[input.group]
    made[i] = setmetatable({
      [NAME] = group and group[NAME] .. '.' .. input.name or input.name,
      [INDEX] = i - 1, [CACHE] = {}, [BANDS] = {}, [TILE] = host.tile_number, [ORDER] = {},
    }, metatables[input.kind])
    if group then
      table.insert(group[ORDER], input.name)
    end
    (group and group[CACHE] or content)[input.name] = made[i]
    top = top + (group and 0 or 1)
  end
  local optional = {}
  for _, input in ipairs(declared.inputs) do
    optional[input.name] = input.optional
  end
  for _, input in ipairs(declared.any_input_name and top == 1 and declared.inputs or {}) do
    if not input.optional then
      content[input.name] = content[list[1].name]
    end
  end
  return tw.read_only(content, 'inputs', function(key)
    tw.raise_unknown(("no input '%s'"):format(tostring(key)), key, tw.names_of(content))
  end, optional)
end
