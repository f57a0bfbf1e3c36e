-- SPDX-License-Identifier: MIT
-- What stacks do with their pixels: loops over scenes, functions of time series, and reducers.
local tw = ...
local ffi = require('ffi')
local host, raise, check = tw.host, tw.raise, tw.check
local inputs, reducers, functions = tw.inputs, tw.reducers, tw.stack_functions
local scenes_of, names_of, band_list, mask_of = tw.scenes.list, tw.scenes.names_of, tw.scenes.band_list, tw.scenes.mask
local handle, read_bands, check_size = tw.scenes.handle, tw.scenes.read, tw.scenes.check_size
local check_function = tw.scenes.check_function

local function is_empty(bands)
  for _, array in ipairs(bands) do
    if not host.is_empty(tw.data(array)) then
      return false
    end
  end
  return true
end

local methods = {}

-- Iterates over the rasters of all scenes that have a valid pixel here.
function methods.each(stack, bands, options)
  local names, resampling = band_list(stack, bands), inputs.resampling_of(inputs.check_options(options))
  local scenes, i = scenes_of(stack), 0
  return function()
    while i < #scenes do
      i = i + 1
      local mask = mask_of(stack, scenes[i])
      local raster = read_bands(stack, scenes[i], names, resampling)
      raster = tw.scenes.masked(raster, mask)
      if not is_empty(tw.bands_of(raster)) then
        return raster
      end
    end
  end
end

-- nil when no scene has a pixel here.
function methods.map(stack, bands, outputs, fn, options)
  local names = bands ~= nil and band_list(stack, bands)
  if not names then
    raise("map needs the bands to read, as in { 'red', 'nir' }")
  end
  tw.check_map(outputs, fn, options, { 'dtype', 'resampling' })
  local rasters = {}
  for raster in methods.each(stack, names, options and { resampling = options.resampling }) do
    rasters[#rasters + 1] = raster
  end
  if #rasters == 0 then
    return nil
  end
  return tw.map_series(rasters, names, outputs, fn, options)
end

function methods.bands(stack)
  return { unpack(names_of(stack) or {}) }
end

-- Reducers: all scenes at once

-- The layers of all scenes that have a valid pixel here (or of all, `keeps_empty`), and the scenes; nil when there are
-- none.
local function layers_of(stack, names, options, keeps_empty)
  local layers, scenes = { bands = {}, masks = {}, infos = {} }, {}
  local resampling = inputs.resampling_of(options)
  for _, scene in ipairs(scenes_of(stack)) do
    local mask = mask_of(stack, scene)
    local raster = read_bands(stack, scene, names, resampling)
    local bands = tw.bands_of(raster)
    if keeps_empty or not is_empty(bands) then
      local i = #scenes + 1
      layers.names = tw.names_of_bands(raster)
      scenes[i], layers.bands[i], layers.masks[i], layers.infos[i] = scene, bands, mask or false, scene
    end
  end
  if #scenes == 0 then
    return nil
  end
  return layers, scenes
end

-- The options, and those of them that reading takes.
local function options_of(what, options, known)
  options = tw.options_table(what, options, known or { 'resampling' })
  return options, { resampling = options.resampling }
end

local function reading_options(what, options)
  return (select(2, options_of(what, options)))
end

function methods.percentile(stack, bands, q, options)
  tw.check_percent('percentile', q)
  local layers = layers_of(stack, band_list(stack, bands), reading_options('percentile', options))
  return layers and reducers.percentile(layers, q)
end

for _, name in ipairs { 'median', 'medoid' } do
  methods[name] = function(stack, bands, options)
    local layers = layers_of(stack, band_list(stack, bands), reading_options(name, options))
    return layers and reducers[name](layers)
  end
end

-- criterion: the name of a band, or a function of a scene that gives an array.
function methods.best_by(stack, bands, criterion, which, options)
  if type(criterion) == 'string' then
    tw.scenes.band_name(stack, criterion)
  else
    check_function('best_by', criterion, "best_by({ 'red' }, spectral.ndvi, 'max')")
  end
  tw.check_extreme('best_by', which)
  local layers, scenes = layers_of(stack, band_list(stack, bands), reading_options('best_by', options))
  local criteria = {}
  for i, scene in ipairs(scenes or {}) do
    local raster = handle(stack, scene)
    local value = type(criterion) == 'string' and tw.band(raster, criterion)
    value = value or criterion(raster)
    if not tw.is_array(value) then
      raise('best_by: the function must return an array, the criterion, not %s', tw.show(value))
    end
    criteria[i] = check_size('best_by: the criterion', value)
  end
  return layers and reducers.best_by(layers, criteria, which)
end

-- Reducers: scene by scene

-- Scenes are read in batches, and forgotten once they are added up: as many at once as fit into a quarter of the
-- memory that is left, because sums wait in memory between batches. The result does not depend on it.
local MOST_BYTES = 1024 * 1024 * 1024

local function batch_size(name, num_bands)
  if name == 'first' or name == 'last' then
    return 1 -- these stop when every pixel has its value
  end
  local scene_bytes = 4 * num_bands * host.width_px * host.height_px
  local bytes = math.min(MOST_BYTES, functions.room_bytes(host) / 4)
  return math.max(1, math.floor(bytes / scene_bytes))
end

-- What functions of scenes say about a scene, computed, because it stays when pixels are forgotten.
local function prepare(stack, scene, names, resampling, weigh)
  local entry = { scene = scene, mask = mask_of(stack, scene), arrays = {} }
  entry.at_hand = tw.scenes.bands_at_hand(stack, scene, names, resampling)
  entry.weight = weigh and weigh(handle(stack, scene))
  for _, array in pairs(entry.at_hand) do
    entry.arrays[#entry.arrays + 1] = array
  end
  entry.arrays[#entry.arrays + 1] = entry.mask
  entry.arrays[#entry.arrays + 1] = tw.is_array(entry.weight) and entry.weight or nil
  for _, array in ipairs(entry.arrays) do
    tw.data(array)
  end
  return entry
end

-- Reads what is not at hand of a scene: structs of all bands, and whether one has a valid pixel.
local function read_structs(stack, entry, names, resampling)
  local missing, structs, found = {}, ffi.new('struct tw_array[?]', #names), false
  for _, name in ipairs(names) do
    missing[#missing + 1] = not entry.at_hand[name] and name or nil
  end
  local raster = #missing > 0 and inputs.read_pixels(tw.scenes.base(stack), entry.scene.index, missing, resampling)
  local next_read = 0
  for i, name in ipairs(names) do
    if entry.at_hand[name] then
      structs[i - 1] = tw.data(entry.at_hand[name])
    else
      check(host.drop_nan(host, raster.bands[next_read], structs[i - 1]))
      next_read = next_read + 1
    end
    found = found or not host.is_empty(structs[i - 1])
  end
  return structs, found
end

local function add_batch(state, batch, num_bands)
  local layers, arrays = ffi.new('struct tw_layers'), tw.alloc('const struct tw_array *', #batch * num_bands)
  local masks, weights = {}, {}
  for i, entry in ipairs(batch) do
    masks[i], weights[i] = entry.mask or false, entry.weight
    for b = 0, num_bands - 1 do
      arrays[(i - 1) * num_bands + b] = entry.structs + b
    end
  end
  layers.arrays, layers.masks = arrays, tw.pointers_to(masks)
  layers.num_layers, layers.num_bands = #batch, num_bands
  if #weights > 0 then
    state.weights, state.weight_numbers = tw.pointers_to(weights), tw.doubles_of(weights)
  end
  check(functions.fold(host, state, layers))
end

-- Reads and adds one batch. Empty scenes are left out, but the last call needs one when there were others before.
local function fold_batch(stack, state, entries, names, resampling)
  local batch, place = {}, ffi.new('struct tw_arena_mark')
  functions.mark(host, place)
  for i, entry in ipairs(entries) do
    local found
    entry.structs, found = read_structs(stack, entry, names, resampling)
    local is_needed = i == #entries and #batch == 0 and state.is_last ~= 0 and state.num_layers > 0
    batch[#batch + 1] = (found or is_needed) and entry or nil
  end
  state.is_grown = 0
  if #batch > 0 then
    add_batch(state, batch, #names)
  end
  if state.is_grown == 0 then
    functions.release(host, place)
  end
end

local function in_order(scenes, name)
  local order = {}
  for i, scene in ipairs(scenes) do
    order[name == 'last' and #scenes + 1 - i or i] = scene
  end
  return order
end

local function fold_scenes(stack, name, names, resampling, weigh)
  local scenes, size, halo = in_order(scenes_of(stack), name), batch_size(name, #names), 0
  local out = ffi.new('struct tw_array[?]', #names)
  local state = ffi.new('struct tw_fold', { reduction = tw.foldings[name], out = out })
  for first = 1, #scenes, size do
    local entries = {}
    for i = first, math.min(first + size - 1, #scenes) do
      local entry = prepare(stack, scenes[i], names, resampling, weigh)
      entries[#entries + 1], halo = entry, math.max(halo, tw.halo_of(entry.arrays))
    end
    state.is_last = first + size > #scenes and 1 or 0
    fold_batch(stack, state, entries, names, resampling)
    if state.is_full ~= 0 then
      break
    end
  end
  return state.num_layers > 0 and tw.new_raster(names, tw.wrap_all(out, 0, #names, halo)) or nil
end

local function fold(stack, name, bands, options, weigh)
  local names, resampling = band_list(stack, bands), inputs.resampling_of(options)
  if names then
    return fold_scenes(stack, name, names, resampling, weigh)
  end
  local layers, scenes = layers_of(stack, nil, options)
  local weights = weigh and {}
  for i, scene in ipairs(weights and scenes or {}) do
    weights[i] = weigh(handle(stack, scene))
  end
  return layers and reducers[name](layers, { weights = weights })
end

for name in pairs(tw.foldings) do
  methods[name] = function(stack, bands, options)
    return fold(stack, name, bands, reading_options(name, options))
  end
end

-- options.weights: a function of a scene that gives a number or an array.
function methods.mean(stack, bands, options)
  local given, reading = options_of('mean', options, { 'resampling', 'weights' })
  if given.weights == nil then
    return fold(stack, 'mean', bands, reading)
  end
  check_function('mean: weights', given.weights, '{ weights = function(scene) return 100 - scene.cloud_cover end }')
  return fold(stack, 'mean', bands, reading, function(scene)
    local weight = given.weights(scene)
    if tw.is_array(weight) then
      return check_size('mean: the weight', weight)
    elseif type(weight) ~= 'number' then
      raise('mean: weights must return a number or an array, not %s', tw.show(weight))
    end
    return tw.check_weight('mean', weight)
  end)
end

-- Without bands: the number of scenes that touch the tile.
function methods.count(stack, bands, options)
  if bands == nil then
    return #scenes_of(stack)
  end
  return fold(stack, 'count', bands, reading_options('count', options))
end

-- Times

local function years_of(what, scenes)
  local times = {}
  for i, scene in ipairs(scenes) do
    times[i] = scene.datetime and tw.years_of(scene.datetime)
      or raise('%s: %s has no date; leave it out, as in input.scenes:filter(function(scene) return scene.date end)', what,
        tw.scenes.name(scene))
  end
  return times
end

function methods.trend(stack, bands, options)
  local layers, scenes = layers_of(stack, band_list(stack, bands), reading_options('trend', options))
  return layers and reducers.trend(layers, years_of('trend', scenes))
end

-- A list of rasters, one for each scene; empty when there is none.
function methods.fill_gaps(stack, bands, options)
  local given, reading = options_of('fill_gaps', options, { 'ends', 'resampling' })
  local extend = tw.ends_option('fill_gaps', given)
  local layers, scenes = layers_of(stack, band_list(stack, bands), reading, true)
  return layers and reducers.fill_gaps(layers, years_of('fill_gaps', scenes), extend) or {}
end

tw.add_stack_methods(methods)
