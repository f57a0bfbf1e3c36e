-- SPDX-License-Identifier: MIT
-- Several rasters or arrays to one, pixel by pixel: raster.median(list) and its kin. lib/stack.lua does the same with
-- the scenes of a stack.
--
-- What is reduced is a table `layers`: names (of the bands; nil for plain arrays), bands (a list of arrays for each
-- layer), masks (for each layer an array, or false; nil: none), infos (of scenes; false where there is none).
local tw = ...
local ffi = require('ffi')
local host, raise, check = tw.host, tw.raise, tw.check

-- functions_stacks.h
ffi.cdef [[
struct tw_arena_mark { void *block; size_t used; size_t total; };
struct tw_layers {
  const struct tw_array *const *arrays;
  const struct tw_array *const *masks;
  int32_t num_layers, num_bands;
};
struct tw_fold {
  int32_t reduction;
  int32_t is_last;
  const struct tw_array *const *weights;
  const double *weight_numbers;
  int32_t is_full;
  int32_t is_grown;
  int32_t num_layers;
  struct tw_array *out;
  uint8_t *done;
  double **state;
};
struct tw_stack_functions {
  int32_t size_bytes;

  int32_t (*fold)(struct tw_host *, struct tw_fold *, const struct tw_layers *);
  int32_t (*percentile)(struct tw_host *, const struct tw_layers *, double, struct tw_array *);
  int32_t (*best)(struct tw_host *, const struct tw_layers *, const struct tw_array *const *, bool, struct tw_array *);
  int32_t (*medoid)(struct tw_host *, const struct tw_layers *, struct tw_array *);
  int32_t (*trend)(struct tw_host *, const struct tw_layers *, const double *, struct tw_array *);
  int32_t (*fill_gaps)(struct tw_host *, const struct tw_layers *, const double *, bool, struct tw_array *);

  void (*mark)(struct tw_host *, struct tw_arena_mark *);
  void (*release)(struct tw_host *, const struct tw_arena_mark *);
  double (*room_bytes)(struct tw_host *);
};
]]

local functions = ffi.cast('const struct tw_stack_functions *', host.stacks)
assert(functions.size_bytes == ffi.sizeof('struct tw_stack_functions'),
  'lib/reduce.lua does not match functions_stacks.h')
tw.stack_functions = functions

-- Numbers from enum tw_folding. `last` is the first of the reversed list.
local foldings = { first = 0, last = 0, min = 1, max = 2, sum = 3, mean = 4, std = 5, count = 6 }
tw.foldings = foldings

-- Lists for C are in the arena, where nothing is collected before they are used.
-- Pointers to the structs of a list of arrays; anything else in it is NULL.
local function pointers_to(list)
  local pointers = tw.alloc('const struct tw_array *', #list)
  for i, array in ipairs(list) do
    pointers[i - 1] = tw.is_array(array) and tw.data(array) or nil
  end
  return pointers
end
tw.pointers_to = pointers_to

-- A list of numbers; anything else in it is 0.
local function doubles_of(list)
  local doubles = tw.alloc('double', #list)
  for i, number in ipairs(list) do
    doubles[i - 1] = tonumber(number) or 0
  end
  return doubles
end
tw.doubles_of = doubles_of

local function struct_of(layers)
  local arrays, struct = {}, ffi.new('struct tw_layers')
  for _, bands in ipairs(layers.bands) do
    for _, array in ipairs(bands) do
      arrays[#arrays + 1] = array
    end
  end
  struct.arrays, struct.masks = pointers_to(arrays), layers.masks and pointers_to(layers.masks) or nil
  struct.num_layers, struct.num_bands = #layers.bands, #layers.bands[1]
  return struct
end

-- How many pixels beyond a pixel the arrays of a list depend on.
local function halo_of(list)
  local halo = 0
  for _, array in ipairs(list) do
    halo = tw.is_array(array) and math.max(halo, tw.halo(array)) or halo
  end
  return halo
end
tw.halo_of = halo_of

local function halo_of_layers(layers, more)
  local halo = math.max(halo_of(layers.masks or {}), halo_of(more or {}))
  for _, bands in ipairs(layers.bands) do
    halo = math.max(halo, halo_of(bands))
  end
  return halo
end

-- Arrays of the structs out[first .. first + count - 1].
function tw.wrap_all(out, first, count, halo)
  local arrays = {}
  for i = 1, count do
    arrays[i] = tw.wrap(out[first + i - 1], halo)
  end
  return arrays
end

-- One raster, or one array where the layers were arrays.
local function result_of(layers, arrays)
  return layers.names and tw.new_raster({ unpack(layers.names) }, arrays) or arrays[1]
end

local reducers = {}
tw.reducers = reducers

-- options.weights: for each layer an array or a number.
local function fold(name, layers, options)
  local weights = options and options.weights
  local num_bands = #layers.bands[1]
  local out, struct = ffi.new('struct tw_array[?]', num_bands), struct_of(layers)
  local state = ffi.new('struct tw_fold', { reduction = foldings[name], is_last = 1, out = out })
  if weights then
    state.weights, state.weight_numbers = pointers_to(weights), doubles_of(weights)
  end
  check(functions.fold(host, state, struct))
  return result_of(layers, tw.wrap_all(out, 0, num_bands, halo_of_layers(layers, weights)))
end

local function reversed(layers)
  local turned = { names = layers.names, bands = {}, masks = layers.masks and {} }
  for i = #layers.bands, 1, -1 do
    table.insert(turned.bands, layers.bands[i])
    if layers.masks then
      table.insert(turned.masks, layers.masks[i])
    end
  end
  return turned
end

for name in pairs(foldings) do
  reducers[name] = function(layers, options)
    return fold(name, name == 'last' and reversed(layers) or layers, options)
  end
end

function reducers.percentile(layers, q)
  local num_bands = #layers.bands[1]
  local out, struct = ffi.new('struct tw_array[?]', num_bands), struct_of(layers)
  check(functions.percentile(host, struct, q, out))
  return result_of(layers, tw.wrap_all(out, 0, num_bands, halo_of_layers(layers)))
end

function reducers.median(layers)
  return reducers.percentile(layers, 50)
end

function reducers.best_by(layers, criteria, which)
  local num_bands = #layers.bands[1]
  local out, struct = ffi.new('struct tw_array[?]', num_bands), struct_of(layers)
  check(functions.best(host, struct, pointers_to(criteria), which == 'max', out))
  return result_of(layers, tw.wrap_all(out, 0, num_bands, halo_of_layers(layers, criteria)))
end

function reducers.medoid(layers)
  local num_bands = #layers.bands[1]
  local out, struct = ffi.new('struct tw_array[?]', num_bands), struct_of(layers)
  check(functions.medoid(host, struct, out))
  return result_of(layers, tw.wrap_all(out, 0, num_bands, halo_of_layers(layers)))
end

-- times: a number for each layer.
function reducers.trend(layers, times)
  local num_bands, names = #layers.bands[1], {}
  local out, struct = ffi.new('struct tw_array[?]', 3 * num_bands), struct_of(layers)
  check(functions.trend(host, struct, doubles_of(times), out))
  for band = 1, num_bands do
    local prefix = num_bands > 1 and layers.names[band] .. '_' or ''
    for _, name in ipairs { 'slope', 'intercept', 'r2' } do
      names[#names + 1] = prefix .. name
    end
  end
  return tw.new_raster(names, tw.wrap_all(out, 0, 3 * num_bands, halo_of_layers(layers)))
end

-- A list like the one that was given, in its order; the C function wants them by time.
function reducers.fill_gaps(layers, times, extend)
  local order, sorted, sorted_times = {}, { bands = {}, masks = layers.masks and {} }, {}
  for i = 1, #times do
    order[i] = i
  end
  table.sort(order, function(a, b)
    return times[a] < times[b] or times[a] == times[b] and a < b
  end)
  for place, i in ipairs(order) do
    sorted.bands[place], sorted_times[place] = layers.bands[i], times[i]
    if layers.masks then
      sorted.masks[place] = layers.masks[i]
    end
  end
  local num_bands, list = #layers.bands[1], {}
  local out, struct = ffi.new('struct tw_array[?]', #times * num_bands), struct_of(sorted)
  check(functions.fill_gaps(host, struct, doubles_of(sorted_times), extend, out))
  for place, i in ipairs(order) do
    local arrays = tw.wrap_all(out, (place - 1) * num_bands, num_bands, halo_of_layers(layers))
    list[i] = layers.names and tw.new_raster({ unpack(layers.names) }, arrays, layers.infos[i] or nil) or arrays[1]
  end
  return list
end

-- Lists

-- `item 2`, or `item 2 ('S2A_one')`
local function item_name(list, i)
  local info = tw.is_raster(list[i]) and tw.info_of(list[i])
  return info and info.id and ("item %d ('%s')"):format(i, info.id) or ('item %d'):format(i)
end

local function check_bands(what, list, i)
  local names, own = tw.names_of_bands(list[1]), tw.names_of_bands(list[i])
  local has = {}
  for _, name in ipairs(own) do
    has[name] = true
  end
  local same = #names == #own
  for _, name in ipairs(names) do
    same = same and has[name]
  end
  if not same then
    raise('%s needs rasters with the same bands; %s has: %s; %s has: %s', what, item_name(list, i),
      table.concat(own, ', '), item_name(list, 1), table.concat(names, ', '))
  end
end

local function check_list(what, list)
  if type(list) ~= 'table' or tw.is_raster(list) then
    raise('%s needs a list of rasters or arrays, not %s', what, tw.show(list))
  end
  for i, item in ipairs(list) do
    local kind = tw.type(item)
    if kind ~= 'raster' and kind ~= 'array' then
      raise('%s needs a list of rasters or arrays; item %d is %s', what, i, tw.show(item))
    end
    if kind ~= tw.type(list[1]) then
      raise('%s needs either rasters or arrays; item %d is %s, item 1 %s', what, i, tw.show(item), tw.show(list[1]))
    end
    if kind == 'raster' then
      check_bands(what, list, i)
    end
  end
end

-- The layers of a list; bands are matched by name.
local function layers_of(what, list)
  local layers = { names = tw.is_raster(list[1]) and tw.names_of_bands(list[1]) or nil, bands = {}, infos = {} }
  for i, item in ipairs(list) do
    local bands = {}
    if layers.names then
      for b, name in ipairs(layers.names) do
        bands[b] = tw.band(item, name)
      end
    else
      bands[1] = tw.check_alive(item)
    end
    for b, array in ipairs(bands) do
      tw.check_same_shape(layers.bands[1] and layers.bands[1][b] or bands[1], array, what)
    end
    layers.bands[i], layers.infos[i] = bands, layers.names and tw.info_of(item) or false
  end
  return layers
end

-- For each item an array of its size; numbers are arrays too where they are allowed.
local function check_companions(what, name, values, list, layers, allows_numbers)
  local needed = allows_numbers and 'number or array' or 'array'
  if type(values) ~= 'table' or tw.is_raster(values) then
    raise('%s: %s is a list with one %s for each item, not %s', what, name, needed, tw.show(values))
  end
  if #values ~= #list then
    raise('%s: %d %s for %d items', what, #values, name, #list)
  end
  for i = 1, #values do
    local value = values[i]
    if tw.is_array(value) then
      tw.check_same_shape(layers.bands[1][1], tw.check_alive(value), what)
    elseif not (allows_numbers and type(value) == 'number') then
      raise('%s: %s %d must be %s %s, not %s', what, name, i, allows_numbers and 'a' or 'an', needed, tw.show(value))
    end
  end
end

function tw.check_weight(what, weight)
  if type(weight) == 'number' and not (weight >= 0 and weight < math.huge) then
    raise('%s: a weight must be 0 or more, not %s', what, weight)
  end
  return weight
end

function tw.check_percent(what, q)
  if not (type(q) == 'number' and q >= 0 and q <= 100) then
    raise('%s needs a number from 0 to 100, as in 90, not %s', what, tw.show(q))
  end
  return q
end

function tw.check_extreme(what, which)
  if which ~= 'max' and which ~= 'min' then
    raise("%s: say which criterion is best, 'max' or 'min', not %s", what, tw.show(which))
  end
  return which
end

-- options.ends of fill_gaps: whether gaps at the ends are filled too.
function tw.ends_option(what, options)
  local ends = options and options.ends
  if ends ~= nil and ends ~= 'nearest' and ends ~= 'nodata' then
    raise("%s: ends is 'nearest' or 'nodata', not %s", what, tw.show(ends))
  end
  return ends == 'nearest'
end

function tw.options_table(what, options, known)
  if options ~= nil and (type(options) ~= 'table' or tw.is_raster(options)) then
    raise('%s: options are a table, as in { %s = ... }, not %s', what, known[1], tw.show(options))
  end
  tw.check_option_names(what, options, known)
  return options or {}
end

-- options.times, or the years of the scenes' dates.
local function times_of(what, list, layers, options)
  local times = {}
  if options.times ~= nil then
    check_companions(what, 'times', options.times, list, layers, true)
    for i, time in ipairs(options.times) do
      times[i] = tw.check_number(time, ('%s: time %d'):format(what, i))
    end
    return times
  end
  for i = 1, #list do
    local info = layers.infos[i]
    times[i] = info and info.datetime and tw.years_of(info.datetime)
      or raise('%s: %s has no date; give a number for each, as in { times = { 0, 1, 2.5 } }', what, item_name(list, i))
  end
  return times
end

-- Adds raster.name(list, ...). prepare(what, list, layers, ...) checks the rest and returns what the reducer gets.
-- nil for an empty list: nothing was observed, and a run that returns nil writes nothing.
local function add_function(name, prepare)
  local what = 'raster.' .. name
  tw.raster[name] = function(list, ...)
    check_list(what, list)
    if #list == 0 then
      return nil
    end
    local layers = layers_of(what, list)
    return reducers[name](layers, prepare(what, list, layers, ...))
  end
end

local function nothing() end

for name in pairs(foldings) do
  add_function(name, nothing)
end
add_function('median', nothing)
add_function('medoid', nothing)

add_function('mean', function(what, list, layers, options)
  options = tw.options_table(what, options, { 'weights' })
  if options.weights == nil then
    return nil
  end
  check_companions(what, 'weights', options.weights, list, layers, true)
  for _, weight in ipairs(options.weights) do
    tw.check_weight(what, weight)
  end
  return options
end)

add_function('percentile', function(what, _, _, q)
  return tw.check_percent(what, q)
end)

add_function('best_by', function(what, list, layers, criteria, which)
  check_companions(what, 'criteria', criteria, list, layers, false)
  return criteria, tw.check_extreme(what, which)
end)

add_function('trend', function(what, list, layers, options)
  return times_of(what, list, layers, tw.options_table(what, options, { 'times' }))
end)

add_function('fill_gaps', function(what, list, layers, options)
  options = tw.options_table(what, options, { 'ends', 'times' })
  return times_of(what, list, layers, options), tw.ends_option(what, options)
end)
