-- SPDX-License-Identifier: MIT
-- Per-pixel functions over one raster: r:map({ 'red', 'nir' }, { 'ndvi' }, function(red, nir) ... end).
--
-- The loop around the function is generated for the types at hand and compiled together with it; a C loop that
-- calls back would cost 50 times as much. Each function gets a loop of its own, so that the compiler
-- specialises it; loops are kept over tiles.
local tw = ...
local ffi = require('ffi')
local host, raise, check = tw.host, tw.raise, tw.check

-- `a1, a2, a3`
function tw.numbered(prefix, count)
  local names = {}
  for i = 1, count do
    names[i] = prefix .. i
  end
  return table.concat(names, ', ')
end

-- Lines that store what the function returned for pixel i: nil in the first place, or NaN, is nodata, which
-- all of out_valid is beforehand.
function tw.store_lines(num_outputs)
  local lines, numbers = {}, {}
  for k = 1, num_outputs do
    numbers[k] = ('r%d == r%d'):format(k, k)
  end
  for k = 2, num_outputs do
    lines[#lines + 1] = ('if r%d == nil and r1 ~= nil then too_few(%d) end'):format(k, k - 1)
  end
  lines[#lines + 1] = ('if r1 ~= nil and %s then out_valid[i] = 255'):format(table.concat(numbers, ' and '))
  for k = 1, num_outputs do
    lines[#lines + 1] = ('o%d[i] = r%d'):format(k, k)
  end
  lines[#lines + 1] = 'end'
  return table.concat(lines, '\n')
end

-- Rows are a loop over the numbers of their valid pixels: without a branch, because LuaJIT compiles the path
-- that it meets first, and would be slow on all tiles when that was a nodata pixel.
local template = [[
local is_cancelled, too_few = ...
return function(fn, host, width, height, valid, pixels, out_valid, INPUTS, OUTPUTS)
  for row = 0, height - 1 do
    if is_cancelled(host) ~= 0 then return end
    LOOP
      local RESULTS = fn(VALUES)
      STORE
    end
  end
end
]]

local loop_over_all = 'for i = row * width, row * width + width - 1 do'
local loop_over_valid = [[
    local count = host.valid_pixels(valid, row * width, width, pixels)
    for k = 0, count - 1 do
      local i = pixels[k]
]]

local function fill_template(text, parts)
  return (text:gsub('%u%u%u+', parts))
end
tw.fill_template = fill_template

local function too_few(num_values)
  raise('the function returned only %d values; map needs one for each output band', num_values)
end

-- Compiles a generated loop.
function tw.compile_loop(text)
  return assert(loadstring(text, '=' .. tw.library_prefix .. 'loop'))(host.is_cancelled, too_few)
end

local function new_loop(num_inputs, num_outputs, has_valid)
  local values = {}
  for i = 1, num_inputs do
    values[i] = ('a%d[i]'):format(i)
  end
  return tw.compile_loop(fill_template(template, {
    INPUTS = tw.numbered('a', num_inputs),
    OUTPUTS = tw.numbered('o', num_outputs),
    LOOP = has_valid and loop_over_valid or loop_over_all,
    RESULTS = tw.numbered('r', num_outputs),
    VALUES = table.concat(values, ', '),
    STORE = tw.store_lines(num_outputs),
  }))
end

local loops = {}

-- LuaJIT compiles a call for one closure, until it has seen a few closures of the same function: from then on
-- for all of them. A script makes a new closure for every tile, so the first tiles get loops of their own,
-- and the one made after that serves all others.
local CLOSURES_UNTIL_SHARED = 4

-- The loop for a function and a signature (types, counts), from `make`.
function tw.loop_for(fn, signature, make)
  local info = debug.getinfo(fn, 'S')
  local key = ('%s:%d:%s'):format(info.source, info.linedefined, signature)
  local entry = loops[key] or { num_closures = 0 }
  loops[key] = entry
  if entry.fn ~= fn and entry.num_closures < CLOSURES_UNTIL_SHARED then
    entry.loop, entry.num_closures = make(), entry.num_closures + 1
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

local FLOAT32, FLOAT64 = tw.dtype_numbers.float32, tw.dtype_numbers.float64

-- New arrays for results, with one validity for all: float64 when an input needs it. Returns the arrays, the
-- pointers to their pixels, and the validity.
function tw.new_outputs(count, inputs)
  local wide = { [tw.dtype_numbers.uint32] = true, [tw.dtype_numbers.int32] = true, [FLOAT64] = true }
  local dtype = FLOAT32
  for _, array in ipairs(inputs) do
    dtype = wide[tw.data(array).dtype] and FLOAT64 or dtype
  end
  local arrays, pointers, valid = {}, {}, nil
  for i = 1, count do
    local data = tw.new_data()
    data.width_px, data.height_px, data.dtype = inputs[1].width, inputs[1].height, dtype
    check(host.make(host, data, i == 1))
    valid = valid or data.valid
    data.valid = valid
    arrays[i], pointers[i] = tw.wrap(data), ffi.cast(output_pointers[dtype], data.pixels)
  end
  ffi.fill(valid, arrays[1].width * arrays[1].height)
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

-- Runs a loop; what goes wrong in storing a result is said in the words of the script.
function tw.run_loop(outputs, loop, ...)
  local ok, message = xpcall(loop, tw.on_error, ...)
  check(host.is_cancelled(host))
  if ok then
    return
  end
  local kind = type(message) == 'string' and message:match("cannot convert '([^']+)' to '")
  if kind then
    raise('the function returned a %s; it must return a number for each of %s, or nil for nodata', kind,
      table.concat(outputs, ', '))
  end
  error(message, 0)
end

function tw.finish_map(outputs, arrays, options)
  local result = tw.new_raster({ unpack(outputs) }, arrays)
  return options and options.dtype and result:as(options.dtype) or result
end

function tw.map_pixels(raster, inputs, outputs, fn, options)
  local bands = {}
  for i, key in ipairs(tw.list_argument(inputs, 'map', "r:map({ 'red' }, { 'out' }, function(red) ... end)")) do
    bands[i] = tw.without_nan(tw.band(raster, key))
  end
  tw.check_map(outputs, fn, options)
  if #bands == 0 then
    raise('map needs at least one input band')
  end
  local arrays, out, out_valid = tw.new_outputs(#outputs, bands)
  local valid, pointers, types = tw.common_validity(bands), {}, {}
  for i, array in ipairs(bands) do
    pointers[i], types[i] = tw.pointer_to(array), tw.data(array).dtype
  end
  local signature = ('%s>%d %s %s'):format(table.concat(types, ','), #outputs, arrays[1].dtype, valid ~= nil)
  local loop = tw.loop_for(fn, signature, function()
    return new_loop(#bands, #outputs, valid ~= nil)
  end)
  for i = 1, #out do
    pointers[#pointers + 1] = out[i]
  end
  local width, height = bands[1].width, bands[1].height
  local pixels = tw.alloc('int32_t', width)
  tw.run_loop(outputs, loop, fn, host, width, height, valid, pixels, out_valid, unpack(pointers))
  return tw.finish_map(outputs, arrays, options)
end
