-- SPDX-License-Identifier: MIT
-- Rasters: named bands. Immutable; every method gives a new raster that shares what did not change.
local tw = ...
local raise = tw.raise

-- Keys that no script can name keep a raster's insides apart from its bands.
local NAMES, BANDS, INFO = {}, {}, {}
local Raster = {}
local methods = {}

function tw.is_raster(value)
  return type(value) == 'table' and debug.getmetatable(value) == Raster
end

-- names, bands: lists of the same length. info: further fields (date, id ...), or nil; kept as false, because a
-- field that is missing is looked for among the bands, which needs the info.
function tw.new_raster(names, bands, info)
  return setmetatable({ [NAMES] = names, [BANDS] = bands, [INFO] = info or false }, Raster)
end

-- A raster whose bands are made by load(i) when somebody asks for them.
function tw.new_lazy_raster(names, load, info)
  return tw.new_raster(names, setmetatable({}, {
    __index = function(bands, i)
      if names[i] then
        bands[i] = load(i)
        return rawget(bands, i)
      end
    end,
  }), info)
end

-- All of them: lists end where a band was not asked for yet.
local function bands_of(raster)
  local bands = raster[BANDS]
  for i = 1, #raster[NAMES] do
    local _ = bands[i]
  end
  return bands
end
tw.bands_of = bands_of

-- What a scene carries beside its bands, or nil.
function tw.info_of(raster)
  return raster[INFO] or nil
end

function tw.names_of_bands(raster)
  return raster[NAMES]
end

-- The place of a band, by name or by number from 1; nil when there is none.
local function find(raster, key)
  if type(key) == 'number' then
    return raster[BANDS][key] and key
  end
  for i, name in ipairs(raster[NAMES]) do
    if name == key then
      return i
    end
  end
end

-- `no band 'rad'; this raster has: red, nir`
function tw.raise_no_band(key, names, what)
  local shown = type(key) == 'number' and ('%g'):format(key) or ("'%s'"):format(tostring(key))
  local nearest = type(key) == 'string' and tw.nearest(key, names)
  local meant = nearest and ("; did you mean '%s'?"):format(nearest) or ''
  raise('no band %s; %s has: %s%s', shown, what, #names > 0 and table.concat(names, ', ') or 'no bands', meant)
end

local function band(raster, key)
  local i = find(raster, key)
  if not i then
    tw.raise_no_band(key, raster[NAMES], 'this raster')
  end
  return tw.check_alive(raster[BANDS][i]), raster[NAMES][i]
end
tw.band = band

-- A raster with each band put through fn(band, i).
function tw.each_band(raster, fn)
  local bands = {}
  for i, array in ipairs(bands_of(raster)) do
    bands[i] = fn(tw.check_alive(array), i)
  end
  return tw.new_raster(raster[NAMES], bands, raster[INFO])
end

function tw.list_argument(list, what, example)
  if type(list) == 'string' or type(list) == 'number' then
    return { list }
  end
  if type(list) ~= 'table' or tw.is_raster(list) then
    raise('%s needs a list of bands, as in %s, not %s', what, example, tw.show(list))
  end
  return list
end

function methods.pick(raster, keys)
  local names, bands = {}, {}
  for i, key in ipairs(tw.list_argument(keys, 'pick', "r:pick { 'red', 'nir' }")) do
    bands[i], names[i] = band(raster, key)
  end
  return tw.new_raster(names, bands, raster[INFO])
end

function methods.band(raster, key)
  return (band(raster, key))
end

function methods.bands(raster)
  return { unpack(raster[NAMES]) }
end

-- Bands that share one validity keep sharing one.
function methods.where(raster, mask)
  if not tw.is_array(mask) then
    raise('where needs a mask, as in r:where(r.cloud:lt(40)), not %s', tw.show(mask))
  end
  local first, last_valid
  return tw.each_band(raster, function(array)
    local valid = tw.validity(array)
    if first and valid and valid == last_valid then
      return tw.operate('like', 'where', array, first)
    end
    first, last_valid = array:where(mask), valid
    return first
  end)
end

function methods.fill(raster, filler)
  if not tw.is_raster(filler) then
    return tw.each_band(raster, function(array)
      return array:fill(filler)
    end)
  end
  tw.check_same_bands(raster, filler, 'fill')
  return tw.each_band(raster, function(array, i)
    return array:fill(filler[BANDS][i])
  end)
end

function methods.clip(raster, low, high)
  if tw.is_vector(low) then
    return raster:where(tw.clip_mask(low, high))
  end
  return tw.each_band(raster, function(array)
    return array:clip(low, high)
  end)
end

methods['as'] = function(raster, dtype)
  return tw.each_band(raster, function(array)
    return array:as(dtype)
  end)
end

local function check_names(names, num_bands, what)
  if #names ~= num_bands then
    raise('%s: %d names for %d bands', what, #names, num_bands)
  end
  local seen = {}
  for i, name in ipairs(names) do
    if type(name) ~= 'string' or name == '' then
      raise("%s: the name of band %d must be a text, not %s", what, i, tw.show(name))
    end
    if seen[name] then
      raise("%s: two bands are named '%s'", what, name)
    end
    seen[name] = true
  end
end

function methods.rename(raster, names)
  names = tw.list_argument(names, 'rename', "r:rename { 'red', 'nir' }")
  check_names(names, #bands_of(raster), 'rename')
  return tw.new_raster({ unpack(names) }, raster[BANDS], raster[INFO])
end

-- The raster with one band more, or with that band replaced.
function methods.with(raster, name, array)
  if type(name) ~= 'string' or not tw.is_array(array) then
    raise("with needs a name and an array, as in r:with('ndvi', ndvi), not %s and %s", tw.show(name),
      tw.show(array))
  end
  local names, bands = { unpack(raster[NAMES]) }, { unpack(bands_of(raster)) }
  if #bands > 0 then
    tw.check_same_shape(bands[1], array, 'with')
  end
  local i = find(raster, name) or #bands + 1
  names[i], bands[i] = name, tw.check_alive(array)
  return tw.new_raster(names, bands, raster[INFO])
end

function methods.map(raster, inputs, outputs, fn, options)
  return tw.map_pixels(raster, inputs, outputs, fn, options)
end

-- Rasters in arithmetic and fill: band by band, in order.
function tw.check_same_bands(a, b, what)
  if #a[NAMES] ~= #b[NAMES] then
    raise('%s needs rasters with the same number of bands, not %d and %d', what, #a[NAMES], #b[NAMES])
  end
end

-- Band i of a raster; anything else is the same for all bands.
function tw.side(value, i)
  if tw.is_raster(value) then
    return tw.check_alive(value[BANDS][i])
  end
  return value
end

function tw.raster_binary(name, left, right)
  local operator = tw.operators[name]
  local what = ("'%s'"):format(operator[2])
  local one = tw.is_raster(left) and left or right
  if tw.is_raster(left) and tw.is_raster(right) then
    tw.check_same_bands(left, right, what)
  end
  return tw.each_band(one, function(_, i)
    return tw.operate(operator[1], what, tw.side(left, i), tw.side(right, i))
  end)
end

for name in pairs(tw.operators) do
  Raster[name] = function(left, right)
    return tw.raster_binary(name, left, right)
  end
end

function Raster.__unm(raster)
  return tw.each_band(raster, function(array)
    return -array
  end)
end

-- Methods called with a dot instead of a colon are answered with advice.
local function checked(name, method)
  return function(raster, ...)
    if not tw.is_raster(raster) then
      raise("'%s' is a method of rasters: write r:%s(...), with a colon", name, name)
    end
    return method(raster, ...)
  end
end

local checked_methods = {}

function tw.add_raster_methods(list)
  for name, method in pairs(list) do
    checked_methods[name] = checked(name, method)
  end
end
tw.add_raster_methods(methods)

function Raster.__index(raster, key)
  local method = checked_methods[key]
  if method then
    return method
  end
  local i = find(raster, key)
  if i then
    return tw.check_alive(raster[BANDS][i])
  end
  local info = raster[INFO]
  if info and (info[key] ~= nil or tw.scene_fields[key]) then
    return info[key]
  end
  if type(key) == 'string' and tw.is_array_method(key) then
    raise("'%s' is a method of arrays, not of rasters: choose a band, as in r.%s:%s(...)", key,
      raster[NAMES][1] or 'red', key)
  end
  local nearest = type(key) == 'string' and not tw.nearest(key, raster[NAMES]) and tw.nearest(key, tw.names_of(checked_methods))
  if nearest then
    raise("a raster has no method or band '%s'; did you mean '%s'?", key, nearest)
  end
  tw.raise_no_band(key, raster[NAMES], 'this raster')
end

function Raster.__newindex(_, key)
  raise("a raster cannot be changed: write r = r:with('%s', array)", tostring(key))
end

function Raster.__pairs(raster)
  local i = 0
  return function()
    i = i + 1
    local name = raster[NAMES][i]
    if name ~= nil then
      return name, raster[BANDS][i]
    end
  end
end

function Raster.__tostring(raster)
  return ('raster (%s)'):format(table.concat(raster[NAMES], ', '))
end

Raster.__metatable = false

local function check_bands(names, bands, what)
  for i, array in ipairs(bands) do
    if not tw.is_array(array) then
      raise("%s: band '%s' must be an array, not %s", what, names[i], tw.show(array))
    end
    tw.check_same_shape(tw.check_alive(bands[1]), tw.check_alive(array), what)
  end
  return tw.new_raster(names, bands)
end

tw.raster = {}

-- raster.of({ 'red', 'nir' }, { red, nir })
function tw.raster.of(names, bands)
  if type(names) ~= 'table' or type(bands) ~= 'table' or tw.is_raster(bands) then
    raise("raster.of needs two lists, as in raster.of({ 'red', 'nir' }, { red, nir })")
  end
  check_names(names, #bands, 'raster.of')
  return check_bands({ unpack(names) }, { unpack(bands) }, 'raster.of')
end

-- raster.new { red = red, nir = nir }: in the order of the declared output where it names them, otherwise
-- sorted by name, because a Lua table has no order.
function tw.raster.new(bands)
  if type(bands) ~= 'table' or tw.is_raster(bands) or #bands > 0 then
    raise('raster.new needs names and arrays, as in raster.new { red = red, nir = nir }, not %s', tw.show(bands))
  end
  local names, arrays, place = tw.names_of(bands), {}, {}
  for i, name in ipairs(tw.declared and tw.declared.bands or {}) do
    place[name] = i
  end
  table.sort(names, function(a, b)
    if place[a] and place[b] then
      return place[a] < place[b]
    end
    return place[a] ~= nil and place[b] == nil or (place[a] ~= nil) == (place[b] ~= nil) and a < b
  end)
  for i, name in ipairs(names) do
    arrays[i] = bands[name]
  end
  if #names == 0 then
    raise('raster.new needs at least one band')
  end
  return check_bands(names, arrays, 'raster.new')
end
