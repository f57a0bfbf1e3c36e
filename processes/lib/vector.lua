-- SPDX-License-Identifier: MIT
-- Features: tables with a geometry and properties. From inputs, burnt into arrays, made of arrays, and as results.
local tw = ...
local ffi = require('ffi')
local host, raise, check = tw.host, tw.raise, tw.check
local vectors = tw.vectors

-- Numbers of enum tw_value_kind.
local BOOL, NUMBER, STRING, MAP = 1, 2, 3, 5

local Feature = { __metatable = false }

-- Any table with a geometry will do, so that scripts may write { geometry = g, properties = {} }.
function tw.is_feature(value)
  return type(value) == 'table' and not tw.is_raster(value) and tw.is_geometry(rawget(value, 'geometry'))
end

function Feature.__index(feature, key)
  if key == 'geometry' or key == 'properties' then
    return nil
  end
  local properties = rawget(feature, 'properties')
  if type(properties) == 'table' and rawget(properties, key) ~= nil then
    raise("a feature has no field '%s'; its properties are in f.properties.%s", tostring(key), tostring(key))
  end
  tw.raise_unknown(("a feature has no field '%s'"):format(tostring(key)), key, { 'geometry', 'properties' })
end

function Feature.__newindex(feature, key, value)
  if key ~= 'geometry' and key ~= 'properties' then
    raise("a feature has no field '%s'; write f.properties.%s = ...", tostring(key), tostring(key))
  end
  rawset(feature, key, value)
end

local function new_feature(geometry, properties)
  return setmetatable({ geometry = geometry, properties = properties }, Feature)
end

function tw.vector.feature(geometry, properties)
  if not tw.is_geometry(geometry) then
    raise("vector.feature needs a geometry, as in vector.feature(g, { name = 'x' }), not %s", tw.show(geometry))
  elseif properties ~= nil and (type(properties) ~= 'table' or tw.is_raster(properties)) then
    raise("vector.feature: properties are a table, as in { name = 'x' }, not %s", tw.show(properties))
  end
  local copy = {}
  for name, value in pairs(properties or {}) do
    copy[name] = value
  end
  return new_feature(geometry, copy)
end

-- Reading

local function from_value(value)
  if value.kind == STRING then
    return ffi.string(value.text)
  elseif value.kind == NUMBER then
    return value.number
  elseif value.kind == BOOL then
    return value.boolean
  end
end

-- Properties that know their names: those without a value are nil, others are refused.
local function new_schema()
  local known = {}
  return known, {
    __index = function(_, name)
      if not known[name] then
        tw.raise_unknown(("no property '%s'"):format(tostring(name)), name, tw.names_of(known))
      end
    end,
    __metatable = false,
  }
end

local function properties_of(feature, known, rename)
  local properties, map = {}, feature.properties
  for i = 0, tonumber(map.count) - 1 do
    local name = rename or ffi.string(map.members[i].key)
    known[name] = true
    properties[name] = from_value(map.members[i].value)
  end
  return properties
end

-- A list of features of the C side's. rename: what their only property is to be called, or nil.
local function from_features(features, rename)
  local list, known, schema = {}, new_schema()
  for i = 1, tonumber(features.count) do
    local feature = features.items[i - 1]
    local properties = setmetatable(properties_of(feature, known, rename), schema)
    list[i] = new_feature(tw.new_geometry(feature), properties)
  end
  return list
end

local function clip_all(features)
  local list = {}
  for _, feature in ipairs(features) do
    feature.geometry = tw.clipped(feature.geometry)
    if not feature.geometry.is_empty then
      list[#list + 1] = feature
    end
  end
  return list
end

-- index: of the input. cache: kept as long as the tile.
function tw.read_features(index, cache, options)
  options = tw.check_options('features', options, { 'clip' })
  if not cache.features then
    local features = ffi.new('struct tw_features')
    check(vectors.read(host, index, features))
    cache.features = features
  end
  local list = from_features(cache.features)
  return options.clip and clip_all(list) or list
end

-- To the C side

local function as_list(value)
  return (tw.is_geometry(value) or tw.is_feature(value)) and { value } or value
end

-- A list of geometries: of features or geometries, or of one of them.
function tw.geometries_argument(value, what)
  local list = as_list(value)
  if type(list) ~= 'table' or tw.is_raster(list) or #list == 0 and next(list) ~= nil then
    raise('%s needs features, as in input.roads:features(), or geometries, not %s', what, tw.show(value))
  end
  local geometries = {}
  for i, item in ipairs(list) do
    if not tw.is_geometry(item) and not tw.is_feature(item) then
      raise('%s: item %d is %s, not a feature or a geometry', what, i, tw.show(item))
    end
    geometries[i] = tw.geometry_argument(item, what)
  end
  return geometries
end

local function alloc(ctype, count)
  local bytes = ffi.sizeof(ctype) * count
  local memory = host.alloc(host, bytes)
  if memory == nil then
    check(tw.status.BUDGET)
  end
  ffi.fill(memory, bytes)
  return ffi.cast(ffi.typeof('$ *', ffi.typeof(ctype)), memory)
end

local function text_in_arena(text)
  local copy = alloc('char', #text + 1)
  ffi.copy(copy, text)
  return copy
end

local function pack(geometries)
  local features = ffi.new('struct tw_features')
  features.count, features.items = #geometries, alloc('struct tw_feature', #geometries)
  for i, geometry in ipairs(geometries) do
    check(vectors.wkb(host, geometry, features.items[i - 1]))
  end
  return features
end

-- Whether the pixels of the tile are there: not while the script is loaded.
local function check_running(what)
  if host.width_px == 0 then
    raise('%s is only possible inside of run', what)
  end
end

-- Arrays

function tw.vector.mask(list, options)
  check_running('vector.mask')
  options = tw.check_options('vector.mask', options, { 'all_touched' })
  local features = pack(tw.geometries_argument(list, 'vector.mask'))
  local out = tw.new_data()
  check(vectors.mask(host, features, options.all_touched == true, out))
  return tw.wrap(out)
end

-- The values of features that have one, and their geometries.
local function values_of(list, geometries, property)
  local values, kept = {}, {}
  for i, item in ipairs(as_list(list)) do
    local properties = tw.is_feature(item) and item.properties
    if not properties then
      raise("vector.rasterize: item %d has no properties, and so no '%s'", i, property)
    end
    local value = properties[property]
    if value ~= nil and type(value) ~= 'number' then
      raise("vector.rasterize: property '%s' of feature %d is %s, not a number", property, i, tw.show(value))
    elseif value and value == value then
      kept[#kept + 1], values[#values + 1] = geometries[i], value
    end
  end
  return values, kept
end

function tw.vector.rasterize(list, options)
  check_running('vector.rasterize')
  options = tw.check_options('vector.rasterize', options, { 'value', 'all_touched', 'dtype' })
  local value, dtype = options.value, options.dtype or 'float64'
  tw.dtype_argument(dtype, 'vector.rasterize')
  if value == nil then
    return tw.vector.mask(list, { all_touched = options.all_touched })
  elseif type(value) ~= 'number' and type(value) ~= 'string' or value ~= value then
    raise('vector.rasterize: value is a number or the name of a property, not %s', tw.show(value))
  end
  local geometries = tw.geometries_argument(list, 'vector.rasterize')
  local values = {}
  if type(value) == 'string' then
    values, geometries = values_of(list, geometries, value)
  end
  local numbers = alloc('double', #geometries)
  for i = 1, #geometries do
    numbers[i - 1] = values[i] or value
  end
  local out = tw.new_data()
  check(vectors.rasterize(host, pack(geometries), numbers, options.all_touched == true, out))
  return tw.wrap(out):as(dtype)
end

-- a:clip(features): what lies outside of them becomes nodata.
function tw.is_vector(value)
  if type(value) ~= 'table' or tw.is_raster(value) or tw.is_feature(value) then
    return tw.is_geometry(value) or tw.is_feature(value)
  end
  return tw.is_geometry(value[1]) or tw.is_feature(value[1]) or next(value) == nil
end

function tw.clip_mask(list, options)
  options = tw.check_options('clip', options, { 'invert', 'all_touched' })
  local mask = tw.vector.mask(list, { all_touched = options.all_touched })
  return options.invert and mask:negate() or mask
end

-- Features of arrays

local function whole_tile(array, what)
  if array.width ~= host.width_px or array.height ~= host.height_px then
    raise('%s needs an array of the tile\'s size, %d x %d pixels, not %s', what, host.width_px, host.height_px,
      tw.shape(array))
  end
  return tw.data(tw.without_nan(array))
end

local function field_of(options, what)
  if options.field ~= nil and type(options.field) ~= 'string' then
    raise('%s: field is the name of a property, not %s', what, tw.show(options.field))
  end
  return options.field or 'value'
end

local function polygonize(array, options)
  options = tw.check_options('polygonize', options, { 'connectedness', 'field' })
  local neighbours = options.connectedness or 4
  if neighbours ~= 4 and neighbours ~= 8 then
    raise('polygonize: connectedness is 4 or 8 neighbours, not %s', tw.show(neighbours))
  end
  local field, features = field_of(options, 'polygonize'), ffi.new('struct tw_features')
  check(vectors.polygonize(host, whole_tile(array, 'polygonize'), neighbours == 8, features))
  return from_features(features, field)
end

local function levels_of(options)
  local levels = options.levels
  if type(levels) ~= 'table' or #levels == 0 then
    raise('contours: levels is a list of numbers, as in { 100, 200 }, not %s', tw.show(levels))
  end
  local numbers = ffi.new('double[?]', #levels)
  for i, level in ipairs(levels) do
    numbers[i - 1] = tw.check_number(level, ('contours: level %d'):format(i))
  end
  return numbers, #levels
end

local function contours(array, options)
  options = tw.check_options('contours', options, { 'interval', 'base', 'levels', 'field' })
  local what, numbers = ffi.new('struct tw_script_contours'), nil
  if options.levels ~= nil then
    if options.interval ~= nil or options.base ~= nil then
      raise('contours: levels stand for themselves; leave out interval and base')
    end
    numbers, what.num_levels = levels_of(options)
    what.levels = numbers
  elseif type(options.interval) ~= 'number' or not (options.interval > 0) then
    raise('contours needs an interval above 0, as in a:contours { interval = 100 }, or levels, not %s',
      tw.show(options.interval))
  else
    what.interval, what.base = options.interval, tw.check_number(options.base or 0, 'contours: base')
  end
  local field, features = field_of(options, 'contours'), ffi.new('struct tw_features')
  check(vectors.contours(host, whole_tile(array, 'contours'), what, features))
  return from_features(features, field)
end

tw.add_array_methods { polygonize = polygonize, contours = contours }

-- Results

local function set_value(target, value, name, number)
  local kind = type(value)
  if kind == 'number' then
    target.kind, target.number, target.text = NUMBER, value, text_in_arena(('%.17g'):format(value))
  elseif kind == 'boolean' then
    target.kind, target.boolean, target.text = BOOL, value, text_in_arena(tostring(value))
  elseif kind == 'string' then
    target.kind, target.text = STRING, text_in_arena(value)
  else
    tw.raise_result("property '%s' of feature %d is %s; properties are texts, numbers and booleans", name, number,
      tw.show(value))
  end
end

-- Numbers that JSON cannot hold are as good as none.
local function is_value(value)
  return type(value) ~= 'number' or value == value and math.abs(value) < math.huge
end

-- Sorted by name: a Lua table has no order, and results are the same on every run.
local function pack_properties(properties, number)
  local map, names = alloc('struct tw_value', 1), {}
  for _, name in ipairs(tw.names_of(properties)) do
    if is_value(properties[name]) then
      names[#names + 1] = name
    end
  end
  map.kind, map.text = MAP, text_in_arena('')
  map.count, map.members = #names, alloc('struct tw_member', #names)
  for i, name in ipairs(names) do
    map.members[i - 1].key = text_in_arena(name)
    set_value(map.members[i - 1].value, properties[name], name, number)
  end
  return map
end

local function check_feature(item, number)
  if tw.is_geometry(item) then
    tw.raise_result("run returned a geometry; give it properties, as in vector.feature(g, { name = 'x' })")
  elseif not tw.is_feature(item) then
    local what = type(item) == 'table' and rawget(item, 'properties') and 'has no geometry' or
      'is ' .. tw.show(item) .. ', not a feature'
    tw.raise_result('run returned a list whose item %d %s', number, what)
  elseif item.properties ~= nil and (type(item.properties) ~= 'table' or tw.is_raster(item.properties)) then
    tw.raise_result('the properties of feature %d are %s, not a table', number, tw.show(item.properties))
  end
end

-- Whether a result of run is one of features; list: not an array and not a raster.
function tw.is_vector_result(list)
  if tw.is_vector(list) then
    return true
  end
  local first = type(list) == 'table' and not tw.is_raster(list) and list[1]
  return type(first) == 'table' and not tw.is_raster(first) and rawget(first, 'properties') ~= nil
end

-- Features that are empty are left out.
function tw.set_features(list)
  local kept, geometries = {}, {}
  list = as_list(list)
  for i, item in ipairs(list) do
    check_feature(item, i)
    if not item.geometry.is_empty then
      kept[#kept + 1], geometries[#geometries + 1] = i, item.geometry
    end
  end
  local features = pack(geometries)
  for i, number in ipairs(kept) do
    features.items[i - 1].properties = pack_properties(list[number].properties or {}, number)
  end
  check(vectors.set_result(host, features))
end
