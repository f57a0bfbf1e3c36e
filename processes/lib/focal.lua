-- SPDX-License-Identifier: MIT
-- What looks at the neighbours of a pixel. Each of these needs pixels beyond the tile's edge: how many is
-- counted with the array (its halo), and compared with the pixelbuffer.
local tw = ...
local ffi = require('ffi')
local host, raise, check = tw.host, tw.raise, tw.check

ffi.cdef [[
struct tw_weights { const double *weights; int32_t width, height; int32_t radius; int32_t normalize; };
struct tw_footprint { int32_t radius; int32_t is_round; int32_t erode; };
struct tw_terrain {
  int32_t relief;
  int32_t ground;
  double pixel_width, pixel_height;
  double height_scale;
  double azimuth_deg, altitude_deg;
};
struct tw_distance { double max; double pixel_width, pixel_height; int32_t radius_px; };
struct tw_focal_tile { double pixel_width, pixel_height; int32_t ground; int32_t pixelbuffer; };
struct tw_focal_functions {
  int32_t size_bytes;
  void (*tile)(const struct tw_host *, struct tw_focal_tile *);
  int32_t (*refuse)(struct tw_host *, const char *);
  int32_t (*convolve)(struct tw_host *, const struct tw_array *, const struct tw_weights *, struct tw_array *);
  int32_t (*extreme)(struct tw_host *, const struct tw_array *, int32_t, int32_t, struct tw_array *);
  int32_t (*median)(struct tw_host *, const struct tw_array *, int32_t, struct tw_array *);
  int32_t (*dilate)(struct tw_host *, const struct tw_array *, const struct tw_footprint *, struct tw_array *);
  int32_t (*sieve)(struct tw_host *, const struct tw_array *, int32_t, int32_t, struct tw_array *);
  int32_t (*terrain)(struct tw_host *, const struct tw_array *, const struct tw_terrain *, struct tw_array *);
  int32_t (*distance)(struct tw_host *, const struct tw_array *, const struct tw_distance *, struct tw_array *);
  int32_t (*blocks)(struct tw_host *, const struct tw_array *, int32_t, int32_t, struct tw_array *);
  int32_t (*load)(struct tw_host *, const struct tw_array *, const int32_t *, int32_t, void *);
};
]]

local functions = ffi.cast('const struct tw_focal_functions *', host.focal)
assert(functions.size_bytes == ffi.sizeof('struct tw_focal_functions'), 'lib/focal.lua does not match functions_focal.h')
tw.focal_functions = functions

local tile = ffi.new('struct tw_focal_tile')

-- The tile in work: pixel_width, pixel_height, ground, pixelbuffer.
function tw.focal_tile()
  functions.tile(host, tile)
  return tile
end

-- `needs 5 pixels around the tile`: the configuration is wrong, which no other tile would change.
local function refuse_margin(what, reach, before, given)
  local needed = before + reach
  local parts = before > 0 and (' (%d of its own, %d of what it is given)'):format(reach, before) or ''
  check(functions.refuse(host, ("%s needs %d pixel%s around the tile%s, but the configuration gives %d: write "
    .. "'pixelbuffer: %d' under 'pyramid:' in the YAML, and 'margin = %d' in process { } so that this is checked before "
    .. "the first tile"):format(what, needed, needed == 1 and '' or 's', parts, given, needed, needed)))
end

-- The halo of what a method makes from an array by looking `reach` pixels around.
local function halo_of(array, what, reach)
  local before, given = tw.halo(array), tw.focal_tile().pixelbuffer
  if before + reach > given then
    refuse_margin(what, reach, before, given)
  end
  return before + reach
end

-- Calls a kernel: run(data, out). reach: pixels around.
function tw.focal(array, what, reach, run)
  local halo = halo_of(array, what, reach)
  local out = tw.new_data()
  check(run(tw.data(array), out))
  return tw.wrap(out, halo)
end

-- An option that is one of a few words; the first is the default. Returns its number, from 1.
function tw.choice(what, name, value, words)
  for i, word in ipairs(words) do
    if value == word or value == nil then
      return i
    end
  end
  tw.raise_unknown(("%s: unknown %s '%s'"):format(what, name, tostring(value)), value, words)
end

local MOST = 1e6 -- pixels: far beyond any pixelbuffer, and far from the end of 32 bits

local function check_count(value, what, name, least)
  if type(value) ~= 'number' or value ~= math.floor(value) or value < least or value > MOST then
    raise('%s: %s must be a whole number of pixels of at least %d, not %s', what, name, least, tw.show(value))
  end
  return value
end

local function check_radius(value, what)
  return check_count(value, what, 'the radius', 1)
end

local methods = {}

-- Convolution.

local function convolve(array, what, spec)
  return tw.focal(array, what, spec.radius, function(data, out)
    return functions.convolve(host, data, spec, out)
  end)
end

function methods.gaussian(array, sigma, options)
  if type(sigma) ~= 'number' or not (sigma >= 0.01 and sigma < MOST) then
    raise('gaussian needs its standard deviation in pixels, a number of at least 0.01, not %s', tw.show(sigma))
  end
  options = tw.check_options('gaussian', options, { 'radius' })
  local radius = options.radius and check_radius(options.radius, 'gaussian') or math.max(1, math.floor(4 * sigma + 0.5))
  local weights, sum = tw.alloc('double', radius + 1), 0
  for k = 0, radius do
    weights[k] = math.exp(-k * k / (2 * sigma * sigma))
    sum = sum + (k == 0 and 1 or 2) * weights[k]
  end
  for k = 0, radius do
    weights[k] = weights[k] / sum
  end
  return convolve(array, 'gaussian', ffi.new('struct tw_weights', weights, 0, 0, radius, 1))
end

function methods.mean_filter(array, radius)
  check_radius(radius, 'mean_filter')
  local weights = tw.alloc('double', radius + 1)
  for k = 0, radius do
    weights[k] = 1
  end
  return convolve(array, 'mean_filter', ffi.new('struct tw_weights', weights, 0, 0, radius, 1))
end

local EXAMPLE = '{ { 0, 1, 0 }, { 1, -4, 1 }, { 0, 1, 0 } }'

local function check_kernel(kernel)
  if type(kernel) ~= 'table' or tw.is_raster(kernel) or type(kernel[1]) ~= 'table' then
    raise('convolve needs a list of rows, as in a:convolve(%s), not %s', EXAMPLE,
      type(kernel) == 'table' and type(kernel[1]) == 'number' and 'a list of numbers' or tw.show(kernel))
  end
  local height, width = #kernel, #kernel[1]
  for i, row in ipairs(kernel) do
    if type(row) ~= 'table' or #row ~= width then
      raise('convolve: row %d of the kernel has %s weights, row 1 has %d', i, type(row) == 'table' and #row or 'no', width)
    end
    for _, weight in ipairs(row) do
      tw.check_number(weight, 'convolve: each weight')
    end
  end
  if width % 2 == 0 or height % 2 == 0 then
    raise('convolve: the kernel must have a pixel in its middle: an odd number of columns and rows, not %d x %d',
      width, height)
  end
  return width, height
end

local function check_weights(weights, count, normalize)
  local sum = 0
  for i = 0, count - 1 do
    if normalize and weights[i] < 0 then
      raise('convolve: a kernel with a weight below 0 (%g) cannot be normalized', weights[i])
    end
    sum = sum + math.abs(weights[i])
  end
  if not (sum > 0 and sum < math.huge) then
    raise('convolve: the weights must be finite numbers, and not all of them 0')
  end
end

function methods.convolve(array, kernel, options)
  local width, height = check_kernel(kernel)
  options = tw.check_options('convolve', options, { 'normalize' })
  local weights = tw.alloc('double', width * height)
  for i = 0, width * height - 1 do
    weights[i] = kernel[math.floor(i / width) + 1][i % width + 1]
  end
  check_weights(weights, width * height, options.normalize)
  local radius = (math.max(width, height) - 1) / 2
  local spec = ffi.new('struct tw_weights', weights, width, height, radius, options.normalize and 1 or 0)
  return convolve(array, 'convolve', spec)
end

-- Ranks.

for name, is_max in pairs { min_filter = 0, max_filter = 1 } do
  methods[name] = function(array, radius)
    return tw.focal(array, name, check_radius(radius, name), function(data, out)
      return functions.extreme(host, data, radius, is_max, out)
    end)
  end
end

local MOST_OF_MEDIAN = 127 -- the number of pixels in the square fits into 16 bits

function methods.median_filter(array, radius)
  check_radius(radius, 'median_filter')
  if radius > MOST_OF_MEDIAN then
    raise('median_filter: the radius is at most %d pixels, not %d', MOST_OF_MEDIAN, radius)
  end
  return tw.focal(array, 'median_filter', radius, function(data, out)
    return functions.median(host, data, radius, out)
  end)
end

-- Masks.

local SHAPES = { 'round', 'square' }

for name, erode in pairs { dilate = 0, erode = 1 } do
  methods[name] = function(array, radius, options)
    check_radius(radius, name)
    options = tw.check_options(name, options, { 'shape' })
    local is_round = tw.choice(name, 'shape', options.shape, SHAPES) == 1 and 1 or 0
    return tw.focal(array, name, radius, function(data, out)
      return functions.dilate(host, data, ffi.new('struct tw_footprint', radius, is_round, erode), out)
    end)
  end
end

-- An area that is too small, its neighbour, and whether that is large enough.
function methods.sieve(array, min_pixels, options)
  check_count(min_pixels, 'sieve', 'the smallest area', 2)
  options = tw.check_options('sieve', options, { 'connectedness' })
  local connectedness = options.connectedness or 4
  if connectedness ~= 4 and connectedness ~= 8 then
    raise('sieve: connectedness is 4 or 8 (with the corners), not %s', tw.show(connectedness))
  end
  return tw.focal(array, 'sieve', 2 * min_pixels - 1, function(data, out)
    return functions.sieve(host, data, min_pixels, connectedness, out)
  end)
end

local array_only = {} -- not band by band

function array_only.distance(array, max, options)
  if type(max) ~= 'number' or not (max > 0 and max < math.huge) then
    raise('distance needs the distance up to which it is measured, a number above 0, not %s', tw.show(max))
  end
  options = tw.check_options('distance', options, { 'units' })
  local in_pixels = tw.choice('distance', 'units', options.units, { 'pixels', 'crs' }) == 1
  local place = tw.focal_tile()
  local width, height = in_pixels and 1 or place.pixel_width, in_pixels and 1 or place.pixel_height
  local reach = math.ceil(max / math.min(width, height))
  return tw.focal(array, 'distance', reach, function(data, out)
    return functions.distance(host, data, ffi.new('struct tw_distance', max, width, height, reach), out)
  end)
end

-- Blocks.

local STATISTICS = { 'average', 'sum', 'min', 'max', 'med', 'mode' }

function tw.check_tile_shape(array, what)
  if array.width ~= host.width_px or array.height ~= host.height_px then
    raise('%s needs an array of the whole tile, %d x %d pixels, not %s', what, host.width_px, host.height_px,
      tw.shape(array))
  end
end

function methods.resample(array, size, statistic)
  check_count(size, 'resample', 'the side of a block', 2)
  local number = tw.choice('resample', 'statistic', statistic, STATISTICS) - 1
  tw.check_tile_shape(array, 'resample')
  return tw.focal(array, 'resample', size - 1, function(data, out)
    return functions.blocks(host, data, size, number, out)
  end)
end

-- Functions of a pixel and its neighbours.

local BAND = 64 -- rows that are loaded at once

-- `at` and `has` are made once for each loop, and the shape of the plane is part of its text, so that the compiler
-- knows all but one of the numbers that make an index. NaN stands for nodata and for what lies beyond the edge: it
-- spreads by itself, without a branch. A script may keep `at` and `has`: afterwards the plane is one that refuses.
local template = [[
local is_cancelled, beyond, nan, over = ...
local plane, place
local function at(dx, dy)
  if not (dx <= RADIUS and dx >= -RADIUS and dy <= RADIUS and dy >= -RADIUS) then beyond('at', dx, dy, RADIUS) end
  return plane[place + (dy * STRIDE + dx)]
end
local function has(dx, dy)
  if not (dx <= RADIUS and dx >= -RADIUS and dy <= RADIUS and dy >= -RADIUS) then beyond('has', dx, dy, RADIUS) end
  local value = plane[place + (dy * STRIDE + dx)]
  return value == value
end
return function(fn, host, job)
  if not fn then
    plane = over
    return
  end
  local height, valid, pixels, out = job.height, job.valid, job.pixels, job.out
  plane = job.plane
  for first = 0, height - 1, BAND do
    if job.load(first) ~= 0 then return end
    for row = first, math.min(first + BAND, height) - 1 do
      local start, corner = row * WIDTH, (row - first + RADIUS) * STRIDE + RADIUS
      LOOP
        place = corner + col
        local result = fn(at, has)
        if result == nil then result = nan end
        out[start + col] = result
      end
    end
  end
end
]]
local loop_over_all = 'for col = 0, WIDTH - 1 do'
local loop_over_valid = [[
      local count = host.valid_pixels(valid, start, WIDTH, pixels)
      for k = 0, count - 1 do
        local col = pixels[k] - start
]]

local function beyond(name, dx, dy, radius)
  raise('focal: %s(%s, %s) is beyond the radius of %d pixel%s', name, dx, dy, radius, radius == 1 and '' or 's')
end

local over = setmetatable({}, {
  __index = function()
    raise('focal: at and has tell of pixels only while the function is called for them; keep numbers, not at')
  end,
})

local function new_loop(width, radius, has_valid)
  local text = template:gsub('LOOP', has_valid and loop_over_valid or loop_over_all)
  text = tw.fill_template(text, { WIDTH = width, RADIUS = radius, STRIDE = width + 2 * radius, BAND = BAND })
  return assert(loadstring(text, '=' .. tw.library_prefix .. 'loop'))(host.is_cancelled, beyond, 0 / 0, over)
end

local running = {}

local function run_loop(loop, ...)
  running[loop] = true
  local ok, message = xpcall(loop, tw.on_error, ...)
  running[loop] = nil
  loop(nil)
  tw.end_loop('focal: the function returned a %s; it must return a number, or nil for nodata', ok, message)
end

-- Arrays and pointers for one run of a loop.
local function new_job(array, radius)
  local data, out = tw.data(array), tw.new_data()
  out.width_px, out.height_px = data.width_px, data.height_px
  out.dtype = tw.work_dtype(data.dtype)
  check(host.make(host, out, false))
  out.valid = data.valid
  local ctype = tw.dtype_ctypes[out.dtype + 1]
  local plane = tw.alloc(ctype, (data.width_px + 2 * radius) * (math.min(BAND, data.height_px) + 2 * radius))
  local range = ffi.new('int32_t[3]')
  local function load(first)
    range[0], range[1], range[2] = first, math.min(BAND, data.height_px - first), radius
    return functions.load(host, data, range, out.dtype, plane)
  end
  return { height = data.height_px, valid = data.valid, plane = plane, out = ffi.cast(ctype .. ' *', out.pixels),
           pixels = tw.alloc('int32_t', data.width_px), load = load }, out
end

function methods.focal(array, radius, fn, options)
  check_radius(radius, 'focal')
  if type(fn) ~= 'function' then
    raise('focal needs a function as its second argument, as in a:focal(1, function(at) return at(0, -1) end), not %s',
      tw.show(fn))
  end
  options = tw.check_options('focal', options, { 'dtype' })
  if options.dtype ~= nil then
    tw.dtype_argument(options.dtype, 'focal')
  end
  local halo = halo_of(array, 'focal', radius)
  local job, out = new_job(array, radius)
  local width, has_valid = out.width_px, out.valid ~= nil
  local function make()
    return new_loop(width, radius, has_valid)
  end
  local loop = tw.loop_for(fn, ('focal %d %d %d %s'):format(out.dtype, width, radius, has_valid), make)
  loop = running[loop] and make() or loop -- the function calls focal with itself
  run_loop(loop, fn, host, job)
  local clean = tw.new_data()
  check(host.drop_nan(host, out, clean))
  local result = tw.wrap(clean, halo)
  return options.dtype and result['as'](result, options.dtype) or result
end

local raster_methods = {}
for name, method in pairs(methods) do
  raster_methods[name] = function(raster, ...)
    local arguments, count = { ... }, select('#', ...)
    return tw.each_band(raster, function(array)
      return method(array, unpack(arguments, 1, count))
    end)
  end
end
tw.add_array_methods(methods)
tw.add_array_methods(array_only)
tw.add_raster_methods(raster_methods)
