-- SPDX-License-Identifier: MIT
-- Per-pixel functions over one raster: r:map({ 'red', 'nir' }, { 'ndvi' }, function(red, nir) ... end).
--
-- The loop around the function is generated for the types at hand and compiled together with it; a C loop that
-- calls back would cost 50 times as much. Loops are kept over tiles. What makes such loops fast (measured):
--
--   C prepares a block, the loop calls the function, C judges the results. A branch that depends on the data
--   costs a mispredicted jump and a side trace; lists of pixels, and NaN as the mark of nodata, have none.
--   What the function reads is a constant for LuaJIT when it is an upvalue that is never assigned, and a number, a
--   function, or a cdata of at most 16 bytes (a pointer, say): no guards on types, no lookups. Tables are not.
--   A function with a loop of its own is entered anew at each turn that takes another branch; guards at its start
--   count as often. So `at` is a cdata whose __index gives constants, not a table.
--   Locals of the loop around are saved and loaded again with each call: few of them, and no cdata among them, which
--   would be allocated each time. `do ... end` ends a temporary one before the call.
--   Values keep their type in memory: converting all of them costs more than converting those that are read.
local tw = ...
local ffi = require('ffi')
local host, raise, check = tw.host, tw.raise, tw.check

ffi.cdef [[
struct tw_results { void *const *pixels; uint8_t *valid; int32_t num_outputs, dtype; int32_t num_pixels; };
struct tw_pixel_walk {
  struct tw_results results;
  const uint8_t *valid;
  int32_t first, count, is_full;
  int32_t numbers[1024];
};
struct tw_series { const int32_t *places; int32_t count, place, number; };
struct tw_series_walk {
  struct tw_series now;
  struct tw_results results;
  const struct tw_array *const *arrays;
  const uint8_t *const *valid;
  int32_t num_scenes, num_bands;
  int32_t room_px;
  const int32_t *dtypes;
  void *const *blocks;
  int32_t *places;
  struct tw_series *series;
  int32_t first, count;
};
struct tw_pixel_functions {
  int32_t size_bytes;
  int32_t (*next_pixels)(struct tw_host *, struct tw_pixel_walk *);
  int32_t (*next_series)(struct tw_host *, struct tw_series_walk *);
};
]]
local functions = ffi.cast('const struct tw_pixel_functions *', host.pixels)
assert(functions.size_bytes == ffi.sizeof('struct tw_pixel_functions'),
  'lib/pixels.lua does not match functions_pixels.h')
tw.pixel_functions = functions

-- `a1, a2, a3`
function tw.numbered(prefix, count)
  local names = {}
  for i = 1, count do
    names[i] = prefix .. i
  end
  return table.concat(names, ', ')
end

-- Lines that store what the function returned for pixel `at`. nil in the first place is nodata; so is NaN anywhere,
-- which C finds afterwards.
function tw.store_lines(num_outputs)
  local lines = {}
  for k = 2, num_outputs do
    lines[#lines + 1] = ('if r%d == nil and r1 ~= nil then too_few(%d) end'):format(k, k - 1)
  end
  lines[#lines + 1] = 'if r1 == nil then o1[at] = nan else'
  for k = 1, num_outputs do
    lines[#lines + 1] = ('o%d[at] = r%d'):format(k, k)
  end
  lines[#lines + 1] = 'end'
  return table.concat(lines, '\n')
end

local template = [[
local next_pixels, too_few, nan = ...
return function(fn, host, walk, INPUTS, OUTPUTS)
  local numbers = walk.numbers
  local count = next_pixels(host, walk)
  while count > 0 do
    if walk.is_full ~= 0 then
      for at = walk.first, walk.first + count - 1 do
        local RESULTS = fn(VALUES)
        STORE
      end
    else
      for k = 0, count - 1 do
        local at = numbers[k]
        local RESULTS = fn(VALUES)
        STORE
      end
    end
    count = next_pixels(host, walk)
  end
end
]]

local function fill_template(text, parts)
  return (text:gsub('%u%u%u+', parts))
end
tw.fill_template = fill_template

local function too_few(num_values)
  raise('the function returned only %d values; map needs one for each output band', num_values)
end

-- Compiles generated code; further arguments become its `...`.
function tw.generate(text, ...)
  local chunk, message = loadstring(text, '=' .. tw.library_prefix .. 'loop')
  if not chunk and message:find('has more than', 1, true) then
    raise('map: these are more bands than one function can have; call map for some of them at a time')
  end
  return assert(chunk, message)(...)
end

-- The arguments of a loop that has tw.store_lines: next_block, too_few, nan, and others.
function tw.compile_loop(text, next_block, ...)
  return tw.generate(text, next_block, too_few, 0 / 0, ...)
end

local function new_loop(num_inputs, num_outputs)
  local values = {}
  for i = 1, num_inputs do
    values[i] = ('a%d[at]'):format(i)
  end
  return tw.compile_loop(fill_template(template, {
    INPUTS = tw.numbered('a', num_inputs),
    OUTPUTS = tw.numbered('o', num_outputs),
    RESULTS = tw.numbered('r', num_outputs),
    VALUES = table.concat(values, ', '),
    STORE = tw.store_lines(num_outputs),
  }), functions.next_pixels)
end

local loops = {}

-- LuaJIT compiles a call for one closure, until it has seen a few closures of the same function: from then on
-- for all of them. A script makes a new closure for every tile, so the first tiles get loops of their own,
-- and the one made after that serves all others. What was compiled for an earlier one is thrown away.
local CLOSURES_UNTIL_SHARED = 4

-- The loop for a function and a signature (types, counts), from `make`.
function tw.loop_for(fn, signature, make)
  local info = debug.getinfo(fn, 'S')
  local key = ('%s:%d:%s'):format(info.source, info.linedefined, signature)
  local entry = loops[key] or { num_closures = 0 }
  loops[key] = entry
  if entry.fn ~= fn and entry.num_closures < CLOSURES_UNTIL_SHARED then
    entry.loop, entry.num_closures = make(), entry.num_closures + 1
    if entry.num_closures > 1 then
      jit.flush(fn, true)
    end
  end
  entry.fn = fn
  return entry.loop
end

local input_pointers, output_pointers = {}, {}
for i, ctype in ipairs(tw.dtype_ctypes) do
  input_pointers[i - 1] = ffi.typeof('const ' .. ctype .. ' *')
  output_pointers[i - 1] = ffi.typeof(ctype .. ' *')
end

function tw.pointer_to(array)
  local data = tw.data(array)
  return ffi.cast(input_pointers[data.dtype], data.pixels)
end

-- New arrays for results, with one validity for all: float64 when an input needs it. Returns the arrays, the pointers
-- to their pixels, and the validity: nodata, or undefined where a walk will set it.
function tw.new_outputs(count, inputs, has_walk)
  local dtype, halo = tw.dtype_numbers.float32, 0
  for _, array in ipairs(inputs) do
    dtype, halo = math.max(dtype, tw.work_dtype(tw.data(array).dtype)), math.max(halo, tw.halo(array))
  end
  local arrays, pointers, valid = {}, {}, nil
  for i = 1, count do
    local data = tw.new_data()
    data.width_px, data.height_px, data.dtype = inputs[1].width, inputs[1].height, dtype
    check(host.make(host, data, i == 1))
    valid = valid or data.valid
    data.valid = valid
    arrays[i], pointers[i] = tw.wrap(data, halo), ffi.cast(output_pointers[dtype], data.pixels)
  end
  if not has_walk then
    ffi.fill(valid, arrays[1].width * arrays[1].height)
  end
  return arrays, pointers, valid
end

-- count items from the tile's arena.
function tw.alloc(ctype, count)
  local bytes = host.alloc(host, ffi.sizeof(ctype) * count)
  if bytes == nil then
    check(tw.status.BUDGET)
  end
  return ffi.cast(ctype .. ' *', bytes)
end

-- Sets a struct tw_results.
function tw.set_results(results, arrays)
  local data, pixels = tw.data(arrays[1]), tw.alloc('void *', #arrays)
  for k, array in ipairs(arrays) do
    pixels[k - 1] = tw.data(array).pixels
  end
  results.pixels, results.valid, results.num_outputs, results.dtype = pixels, data.valid, #arrays, data.dtype
  results.num_pixels = data.width_px * data.height_px
end

-- Validity of all arrays together, or a null pointer.
function tw.common_validity(arrays)
  local list, valid = ffi.new('const struct tw_array *[?]', #arrays), ffi.new('uint8_t *[1]')
  for i, array in ipairs(arrays) do
    list[i - 1] = tw.data(array)
  end
  check(host.common_validity(host, list, #arrays, valid))
  return valid[0]
end

-- Floats with NaN as nodata, so that the function never sees it.
function tw.without_nan(array)
  local out = tw.new_data()
  check(host.drop_nan(host, tw.data(array), out))
  return tw.wrap(out)
end

-- What is wrong with the arguments of map, apart from the bands.
-- options_known: names of options, { 'dtype' } unless given.
function tw.check_map(outputs, fn, options, options_known)
  if type(outputs) ~= 'table' or #outputs == 0 then
    raise("map needs the names of the output bands, as in { 'ndvi' }, not %s", tw.show(outputs))
  end
  for _, name in ipairs(outputs) do
    if type(name) ~= 'string' then
      raise("map: the name of an output band must be a text, not %s", tw.show(name))
    end
  end
  if type(fn) ~= 'function' then
    raise('map needs a function as its third argument, not %s', tw.show(fn))
  end
  if options ~= nil and type(options) ~= 'table' then
    raise("map: options are a table, as in { dtype = 'uint8' }, not %s", tw.show(options))
  end
  tw.check_option_names('map', options, options_known or { 'dtype' })
end

-- What came of a loop that was called protected. refusal: a format, says in the words of the script that a result could
-- not be stored; its %s is the kind of the result.
function tw.end_loop(refusal, ok, message)
  check(host.is_cancelled(host))
  if ok then
    return
  end
  local kind = type(message) == 'string' and message:match("cannot convert '([^']+)' to '")
  if kind then
    raise(refusal, kind)
  end
  error(message, 0)
end

function tw.run_loop(outputs, loop, ...)
  local refusal = 'the function returned a %s; it must return a number for each of '
    .. table.concat(outputs, ', '):gsub('%%', '%%%%') .. ', or nil for nodata'
  tw.end_loop(refusal, xpcall(loop, tw.on_error, ...))
end

function tw.finish_map(outputs, arrays, options)
  local result = tw.new_raster({ unpack(outputs) }, arrays)
  return options and options.dtype and result:as(options.dtype) or result
end

function tw.map_pixels(raster, inputs, outputs, fn, options)
  local bands = {}
  for i, key in ipairs(tw.list_argument(inputs, 'map', "r:map({ 'red' }, { 'out' }, function(red) ... end)")) do
    bands[i] = tw.band(raster, key)
  end
  tw.check_map(outputs, fn, options)
  if #bands == 0 then
    raise('map needs at least one input band')
  end
  local arrays, out = tw.new_outputs(#outputs, bands, true)
  local walk, pointers, types = ffi.new('struct tw_pixel_walk'), {}, {}
  tw.set_results(walk.results, arrays)
  walk.valid = tw.common_validity(bands)
  for i, array in ipairs(bands) do
    pointers[i], types[i] = tw.pointer_to(array), tw.data(array).dtype
  end
  local signature = ('%s>%d %s'):format(table.concat(types, ','), #outputs, arrays[1].dtype)
  local loop = tw.loop_for(fn, signature, function()
    return new_loop(#bands, #outputs)
  end)
  for i = 1, #out do
    pointers[#pointers + 1] = out[i]
  end
  tw.run_loop(outputs, loop, fn, host, walk, unpack(pointers))
  return tw.finish_map(outputs, arrays, options)
end
