-- SPDX-License-Identifier: MIT
-- What arrays can do besides operators: comparisons, functions of each pixel, masks, parts, statistics.
local tw = ...
local ffi = require('ffi')
local host, raise, check = tw.host, tw.raise, tw.check

local methods = {}

-- The first `count` of what follows must be numbers.
local function check_numbers(what, count, ...)
  for i = 1, count do
    tw.check_number((select(i, ...)), what)
  end
end

for _, name in ipairs { 'lt', 'le', 'gt', 'ge', 'eq', 'ne', 'atan2' } do
  methods[name] = function(array, other)
    return tw.operate(name, name, array, other)
  end
end

for _, name in ipairs { 'abs', 'sqrt', 'exp', 'log', 'sin', 'cos', 'tan', 'floor', 'ceil', 'round', 'negate' } do
  methods[name] = function(array)
    return tw.operate(name, name, array)
  end
end

for _, name in ipairs { 'both', 'either' } do
  methods[name] = function(array, other)
    return tw.operate(name, name, array, tw.check_array(other, name))
  end
end

function methods.in_(array, values)
  if type(values) ~= 'table' or tw.is_raster(values) then
    raise('in_ needs a list of numbers, as in a:in_ { 3, 8, 9 }, not %s', tw.show(values))
  end
  if #tw.names_of(values) ~= #values then
    raise('in_ needs a list of numbers without gaps, as in a:in_ { 3, 8, 9 }')
  end
  local numbers = ffi.new('double[?]', #values + 1)
  for i = 1, #values do
    numbers[i - 1] = tw.check_number(values[i], ('in_: value %d'):format(i))
  end
  return tw.operate_with('is_in', array, { list = numbers, num_list = #values })
end

function methods.where(array, mask)
  return tw.operate('where', 'where', array, tw.check_array(mask, 'where'))
end

function methods.fill(array, filler)
  return tw.operate('fill', 'fill', array, filler)
end

-- a:clip(low, high), or a:clip(features, options)
function methods.clip(array, low, high)
  if tw.is_vector(low) then
    return tw.operate('where', 'clip', array, tw.clip_mask(low, high))
  end
  check_numbers('clip', 2, low, high)
  if not (low <= high) then
    raise('clip: the lower bound %s is above the upper bound %s', low, high)
  end
  if math.ceil(low) > math.floor(high) and not array.dtype:find('float', 1, true) then
    raise("clip: there is no whole number from %s to %s; write a:as('float32'):clip(...)", low, high)
  end
  return tw.operate('clip', 'clip', array, low, high)
end

methods['as'] = function(array, dtype)
  return tw.operate_with('convert', array, { dtype = tw.dtype_argument(dtype, 'as') })
end

-- Linear, and the same beyond the limits.
function methods.rescale(array, from_low, from_high, to_low, to_high)
  check_numbers('rescale', 4, from_low, from_high, to_low, to_high)
  if from_low == from_high then
    raise('rescale: both limits of the values are %s', from_low)
  end
  return (array - from_low) * ((to_high - to_low) / (from_high - from_low)) + to_low
end

-- Parts

local function check_inside(array, what, col, row, width, height)
  for _, number in ipairs { col, row, width, height } do
    if number % 1 ~= 0 then
      raise('%s: %s is not a whole number of pixels', what, number)
    end
  end
  if width < 1 or height < 1 then
    raise('%s: %s x %s pixels are none', what, width, height)
  end
  if col < 0 or row < 0 or col + width > array.width or row + height > array.height then
    raise('%s: columns %d to %d, rows %d to %d are not all inside the array of %s pixels', what, col, col + width - 1,
      row, row + height - 1, tw.shape(array))
  end
end

function methods.slice(array, col, row, width, height)
  check_numbers('slice', 4, col, row, width, height)
  check_inside(array, 'slice', col, row, width, height)
  tw.data(array)
  return tw.operate_with('slice', array, { rectangle = { col, row, width, height } })
end

function methods.get(array, col, row)
  local data = tw.data(array)
  check_numbers('get', 2, col, row)
  if not (col >= 0 and row >= 0 and col < data.width_px and row < data.height_px) then
    raise('get(%s, %s) is outside the array: columns are 0 to %d, rows 0 to %d', col, row, data.width_px - 1,
      data.height_px - 1)
  end
  local index = math.floor(row) * data.width_px + math.floor(col)
  if data.valid ~= nil and data.valid[index] == 0 then
    return nil
  end
  return host.get(data, index)
end

-- A number as an array of one pixel, in the array's type where that holds it.
local function one_pixel(array, value)
  local pixel = array:slice(0, 0, 1, 1)
  if value == nil then
    return pixel:where(pixel:ne(pixel))
  end
  return tw.operate('choose', 'set', pixel:eq(pixel):fill(1), value, pixel)
end

-- a:set(col, row, value), a:set(col, row, array), a:set(mask, value)
function methods.set(array, ...)
  local col, row, value = ...
  if tw.is_array(col) then
    return tw.operate('choose', 'set', col:fill(0), row, array)
  end
  check_numbers('set', 2, col, row)
  if select('#', ...) < 3 then
    raise('set needs a new value: a number, an array, or nil for nodata')
  end
  if value ~= nil and type(value) ~= 'number' and not tw.is_array(value) then
    raise('set needs a number, an array or nil (nodata), not %s', tw.show(value))
  end
  local patch = tw.is_array(value) and value or one_pixel(array, value)
  check_inside(array, 'set', col, row, patch.width, patch.height)
  local place, out = ffi.new('int32_t[2]', col, row), tw.new_data()
  check(host.paste(host, tw.data(array), tw.data(patch), place, out))
  return tw.wrap(out, math.max(tw.halo(array), tw.halo(patch)))
end

-- Statistics

local statistics = ffi.new('struct tw_statistics')

function methods.count(array)
  check(host.statistics(host, tw.data(array), statistics))
  return statistics.count
end

-- Of integers without a rounding error.
function methods.sum(array)
  check(host.statistics(host, tw.data(array), statistics))
  local sum = statistics.mean * statistics.count
  return tw.data(array).dtype < tw.dtype_numbers.float32 and math.floor(sum + 0.5) or sum
end

for _, name in ipairs { 'min', 'max', 'mean', 'std' } do
  methods[name] = function(array)
    check(host.statistics(host, tw.data(array), statistics))
    if statistics.count > 0 then
      return statistics[name]
    end
    return nil
  end
end

function methods.percentile(array, q)
  if tw.check_number(q, 'percentile') ~= q or q < 0 or q > 100 then
    raise('percentile: %s is not between 0 and 100', q)
  end
  local value = ffi.new('double[1]')
  check(host.percentile(host, tw.data(array), q, value))
  return value[0] == value[0] and value[0] or nil
end

local MAX_BINS = 65536

-- Counts, and the edges of the bins: one more.
function methods.histogram(array, options)
  options = tw.check_options('histogram', options, { 'bins', 'low', 'high' })
  local bins, low, high = options.bins or 10, options.low or array:min(), options.high or array:max()
  if type(bins) ~= 'number' or bins % 1 ~= 0 or bins < 1 or bins > MAX_BINS then
    raise('histogram: bins must be a whole number from 1 to %d, not %s', MAX_BINS, tw.show(bins))
  end
  low, high = tw.check_number(low or 0, 'histogram: low'), tw.check_number(high or 1, 'histogram: high')
  if low == high then
    low, high = low - 0.5, high + 0.5
  elseif not (low < high) then
    raise('histogram: low %s is above high %s', low, high)
  elseif high - low == math.huge then
    raise('histogram: %s to %s is no finite range; give one, as in a:histogram { low = 0, high = 1 }', low, high)
  end
  local histogram, counted = ffi.new('struct tw_histogram'), ffi.new('double[?]', bins)
  histogram.low, histogram.high, histogram.num_bins, histogram.counts = low, high, bins, counted
  check(host.histogram(host, tw.data(array), histogram))
  local counts, edges = {}, {}
  for i = 1, bins do
    counts[i], edges[i] = counted[i - 1], low + (high - low) * (i - 1) / bins
  end
  edges[bins + 1] = high
  return counts, edges
end

-- Description

methods['with'] = function(array, fields)
  if type(fields) ~= 'table' then
    raise("with needs a description, as in a:with { name = 'ndvi' }, not %s", tw.show(fields))
  end
  tw.check_options('with', fields, { 'name', 'unit', 'scale', 'offset' })
  local meta = {}
  for _, name in ipairs { 'name', 'unit', 'scale', 'offset' } do
    local value, wanted = fields[name], (name == 'name' or name == 'unit') and 'string' or 'number'
    if value ~= nil and type(value) ~= wanted then
      raise('with: %s must be a %s, not %s', name, wanted == 'string' and 'text' or 'number', tw.show(value))
    end
    meta[name] = value
    if value == nil then
      meta[name] = tw.meta(array)[name]
    end
  end
  return tw.set_meta(tw.wrap(tw.data(array), tw.halo(array)), meta)
end

tw.add_array_methods(methods)

-- raster.where(mask, a, b): arrays, numbers, or rasters band by band.
function tw.raster.where(mask, yes, no)
  tw.check_array(mask, 'raster.where')
  local one = tw.is_raster(yes) and yes or tw.is_raster(no) and no
  if not one then
    return tw.operate('choose', 'raster.where', mask, yes, no)
  end
  if tw.is_raster(yes) and tw.is_raster(no) then
    tw.check_same_bands(yes, no, 'raster.where')
  end
  return tw.each_band(one, function(_, i)
    return tw.operate('choose', 'raster.where', mask, tw.side(yes, i), tw.side(no, i))
  end)
end
