-- SPDX-License-Identifier: MIT
-- The scenes of a stack, and stacks made from stacks: filters, masks and computed bands. Nothing is read before
-- somebody asks for pixels, and functions of scenes read no band twice. The methods that read are in stack.lua.
local tw = ...
local ffi = require('ffi')
local host, raise, check = tw.host, tw.raise, tw.check
local inputs = tw.inputs

-- The cache of a stack holds what is known about it. Of one that was made from another, besides: parent, and one of
-- `scenes` (those that are left), `mask` (a function), or `name` and `compute` (a band more).
local cache_of = inputs.cache

-- Scenes

-- What scenes carry beside their bands; nil where the catalogue does not say.
tw.scene_fields = { index = true, id = true, datetime = true, date = true, cloud_cover = true, properties = true }

local function text_of(pointer)
  return pointer ~= nil and ffi.string(pointer) or nil
end

local function scene_info(scene)
  local datetime, json = text_of(scene.datetime), text_of(scene.properties)
  local cloud_cover = tonumber(scene.cloud_cover)
  return {
    index = tonumber(scene.index), id = text_of(scene.id), datetime = datetime,
    date = datetime and datetime:match('^%d%d%d%d%-%d%d%-%d%d'),
    cloud_cover = cloud_cover == cloud_cover and cloud_cover or nil,
    properties = json and tw.decode_json(json) or {},
  }
end

-- Scenes that touch the tile, in the stack's order.
local function scenes_of(stack)
  local cache = cache_of(stack)
  if cache.scenes then
    return cache.scenes
  elseif cache.parent then
    return scenes_of(cache.parent)
  end
  local scenes, count = ffi.new('struct tw_script_scene *[1]'), ffi.new('size_t[1]')
  check(host.scenes(host, inputs.index(stack), scenes, count))
  cache.scenes = {}
  for i = 1, tonumber(count[0]) do
    cache.scenes[i] = scene_info(scenes[0][i - 1])
  end
  return cache.scenes
end

-- `scene 'S2A_one'`
local function scene_name(scene)
  return scene.id and ("scene '%s'"):format(scene.id) or ('scene %d'):format(scene.index + 1)
end

-- Bands

-- Names, or nil when the input does not know them before it is read.
local function names_of(stack)
  local cache = cache_of(stack)
  local names = cache.parent and names_of(cache.parent) or not cache.parent and inputs.known_bands(stack)
  if not (names and cache.name) then
    return names
  end
  names = { unpack(names) }
  for _, name in ipairs(names) do
    if name == cache.name then
      return names
    end
  end
  names[#names + 1] = cache.name
  return names
end

local function band_name(stack, key)
  return inputs.band_name(stack, names_of(stack), key)
end

-- The asked bands as a list of names; all of them for nil.
local function band_list(stack, bands)
  return inputs.band_list(stack, names_of(stack), bands) or names_of(stack)
end

local handle

-- What a function of scenes gave, once for each scene.
local function once(stack, scene, key, fn)
  local cache = cache_of(stack)
  cache.values = cache.values or {}
  local values = cache.values[scene] or {}
  cache.values[scene] = values
  if values[key] == nil then
    values[key] = fn(handle(cache.parent, scene))
  end
  return values[key]
end

-- What a function of scenes gave must be an array of the tile's size. what: `with: the array`, for the message.
local function check_size(what, array)
  if array.width ~= host.width_px or array.height ~= host.height_px then
    raise('%s has %s pixels; the tile has %d x %d', what, tw.shape(array), host.width_px, host.height_px)
  end
  return array
end

-- The mask of a scene of all where() so far, or nil.
local function mask_of(stack, scene)
  local cache = cache_of(stack)
  local mask = cache.parent and mask_of(cache.parent, scene)
  if not cache.mask then
    return mask
  end
  local own = once(stack, scene, 'mask', cache.mask)
  if not tw.is_array(own) then
    raise('where: the function must return a mask, as in scene.cloud:lt(40), not %s', tw.show(own))
  end
  check_size('where: the mask', own)
  return mask and mask:both(own) or own
end

-- A computed band, or nil when `name` is read from the input.
local function computed(stack, scene, name)
  local cache = cache_of(stack)
  if cache.name == name then
    local array = once(stack, scene, 'band', cache.compute)
    if not tw.is_array(array) then
      raise("with: the function must return the array '%s', not %s", name, tw.show(array))
    end
    return check_size(("with: the array '%s'"):format(name), array)
  end
  return cache.parent and computed(cache.parent, scene, name)
end

local function base_of(stack)
  local parent = cache_of(stack).parent
  return parent and base_of(parent) or stack
end

-- Bands that functions of scenes have read already.
local function loaded_of(base, scene)
  local cache = cache_of(base)
  cache.loaded = cache.loaded or {}
  cache.loaded[scene] = cache.loaded[scene] or {}
  return cache.loaded[scene]
end

local function masked(array, mask)
  return mask and array:where(mask) or array
end

local function new_handle(stack, scene)
  local names, base = names_of(stack), base_of(stack)
  local loaded = loaded_of(base, scene)
  if not names then
    local raster = inputs.read(base, scene.index, nil, -1, scene)
    names = tw.names_of_bands(raster)
    for i, array in ipairs(tw.bands_of(raster)) do
      loaded[names[i]] = array
    end
  end
  return tw.new_lazy_raster(names, function(i)
    local array = computed(stack, scene, names[i])
    if not array then
      loaded[names[i]] = loaded[names[i]] or tw.bands_of(inputs.read(base, scene.index, { names[i] }, -1))[1]
      array = loaded[names[i]]
    end
    return masked(array, mask_of(stack, scene))
  end, scene)
end

-- A scene as functions see it: a raster that reads a band when it is named.
function handle(stack, scene)
  local cache = cache_of(stack)
  cache.handles = cache.handles or {}
  cache.handles[scene] = cache.handles[scene] or new_handle(stack, scene)
  return cache.handles[scene]
end

-- The bands that are there without reading, by name: computed ones, and with the input's own resampling those that
-- functions have read.
local function bands_at_hand(stack, scene, names, resampling)
  local at_hand, loaded = {}, loaded_of(base_of(stack), scene)
  for _, name in ipairs(names or {}) do
    at_hand[name] = computed(stack, scene, name) or resampling == -1 and loaded[name] or nil
  end
  return at_hand
end

-- Reads a scene without its masks.
local function read_bands(stack, scene, names, resampling)
  local base = base_of(stack)
  if not names then
    return inputs.read(base, scene.index, nil, resampling, scene)
  end
  local at_hand, missing, bands = bands_at_hand(stack, scene, names, resampling), {}, {}
  for _, name in ipairs(names) do
    missing[#missing + 1] = not at_hand[name] and name or nil
  end
  local raster = #missing > 0 and inputs.read(base, scene.index, missing, resampling)
  for i, name in ipairs(names) do
    bands[i] = at_hand[name] or tw.band(raster, name)
  end
  return tw.new_raster(names, bands, scene)
end

local methods = {}

-- Stacks made from stacks

local function derive(stack, cache)
  cache.parent = stack
  return tw.derive_stack(stack, cache)
end

local function check_function(what, fn, example)
  if type(fn) ~= 'function' then
    raise('%s needs a function of a scene, as in %s, not %s', what, example, tw.show(fn))
  end
end

-- A scene without its pixels.
local function info_of(stack, scene)
  local info = {}
  for field, value in pairs(scene) do
    info[field] = value
  end
  return tw.read_only(info, 'a scene', function(key)
    for _, name in ipairs(names_of(stack) or {}) do
      if name == key then
        raise("filter chooses whole scenes and sees no pixels, such as those of '%s': masks are given with where", key)
      end
    end
    tw.raise_unknown(("a scene has no field '%s'"):format(tostring(key)), key, tw.names_of(tw.scene_fields))
  end, tw.scene_fields)
end

function methods.filter(stack, fn)
  check_function('filter', fn, 'filter(function(scene) return scene.cloud_cover < 40 end)')
  local left = {}
  for _, scene in ipairs(scenes_of(stack)) do
    if fn(info_of(stack, scene)) then
      left[#left + 1] = scene
    end
  end
  return derive(stack, { scenes = left })
end

local function check_date(date)
  if date ~= nil and not tw.is_date(date) then
    raise("between needs dates, as in between('2023-06-01', '2023-09-30'), not %s", tw.show(date))
  end
  return date
end

-- Scenes without a date are left out.
function methods.between(stack, first, last)
  if check_date(first) == nil and check_date(last) == nil then
    raise("between needs dates, as in between('2023-06-01', '2023-09-30')")
  end
  check_date(last)
  if first and last and first > last then
    raise("between: the first date, '%s', is after the last, '%s'", first, last)
  end
  local left = {}
  for _, scene in ipairs(scenes_of(stack)) do
    local date = scene.date
    if date and (not first or date >= first) and (not last or date <= last) then
      left[#left + 1] = scene
    end
  end
  return derive(stack, { scenes = left })
end

function methods.where(stack, fn)
  check_function('where', fn, 'where(function(scene) return scene.cloud:lt(40) end)')
  return derive(stack, { mask = fn })
end

function methods.with(stack, name, fn)
  if type(name) ~= 'string' or name == '' then
    raise("with needs the name of the new band, as in with('ndvi', spectral.ndvi), not %s", tw.show(name))
  end
  check_function('with', fn, "with('ndvi', spectral.ndvi)")
  return derive(stack, { name = name, compute = fn })
end

tw.add_stack_methods(methods)

-- For stack.lua.
tw.scenes = {
  list = scenes_of, name = scene_name, names_of = names_of, band_name = band_name, band_list = band_list, mask = mask_of,
  handle = handle, bands_at_hand = bands_at_hand, read = read_bands, base = base_of, masked = masked,
  check_size = check_size, check_function = check_function,
}
