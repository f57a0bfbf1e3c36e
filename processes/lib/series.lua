-- SPDX-License-Identifier: MIT
-- Per-pixel functions over a time series: stack:map(bands, outputs, function(at, n) ... end). at.nir[i], with i
-- from 1 to n, are the observations of one pixel that are valid in all bands asked for, in the stack's order.
--
-- C copies a block of pixels of all bands and scenes into the cache and lists the places of each pixel's valid
-- observations; neighbours mostly share a list. The generated loop sets `now` and calls the function; what `at` holds
-- reads through `now`. A script may keep `at` or a series of it: outside of the function they hold no observations.
local tw = ...
local ffi = require('ffi')
local host, raise, check = tw.host, tw.raise, tw.check

local functions = tw.pixel_functions

local BLOCK_BYTES = 48 * 1024 -- of values: half of a first level cache or more, but long rows
local WALK_BLOCK = 1024 -- TW_WALK_BLOCK

local function out_of_range(i, count)
  if type(i) == 'number' then
    raise('there is no observation %s: this pixel has %d, counted from 1', i, count)
  end
  raise("a series has only numbers in brackets, as in at.nir[1], not '%s'", tostring(i))
end

local function refuse_change()
  raise('observations cannot be changed')
end

-- Everything that the function touches is an upvalue that never changes: for LuaJIT a constant, which needs no
-- guards. A frame lives as long as the loop that is compiled with it; its pointers are set for each tile.
local template = [[
local next_series, too_few, nan, frame, now, walk, at_bands = ...
return function(fn, host)
  local count = next_series(host, walk)
  while count > 0 do
    for k = 0, count - 1 do
      do
        local series = frame.walk.series[k]
        now.places, now.count, now.place, now.number = series.places, series.count, series.place, series.number
      end
      local RESULTS = fn(at_bands, now.count)
      local at = now.number
      STORE
    end
    count = next_series(host, walk)
  end
end
]]

local series_template = [[
local frame, now, type, out_of_range = ...
return function(_, i)
  if type(i) == 'number' and i >= 1 and i <= now.count then
    return frame.BAND[now.places[i - 1] + now.place]
  end
  return out_of_range(i, now.count)
end
]]

local num_types = 0
local function new_type(name, mt)
  num_types = num_types + 1
  ffi.cdef(('struct %s%d {};'):format(name, num_types))
  return ffi.metatype(('struct %s%d'):format(name, num_types), mt)
end

-- One band's series as the function sees it.
local function new_series(memory, frame, now, b)
  local text = tw.fill_template(series_template, { BAND = 'b' .. b })
  return new_type('tw_script_series', {
    __index = tw.generate(text, frame, now, type, out_of_range),
    __newindex = refuse_change,
    __len = function()
      return now.count
    end,
    __metatable = false,
    memory = memory, -- metatables of types are never collected
  })()
end

-- `at`: the series by name; names that were not asked for are refused.
local function new_at(memory, frame, now, names)
  local lines, series = { 'local unknown, ' .. tw.numbered('s', #names) .. ' = ...', 'return function(_, key)' }, {}
  local by_name = {}
  for b, name in ipairs(names) do
    series[b] = new_series(memory, frame, now, b)
    by_name[name] = series[b]
    lines[#lines + 1] = ('if key == %q then return s%d end'):format(name, b)
  end
  lines[#lines + 1] = 'return unknown(key)\nend'
  local function unknown(key)
    tw.raise_no_band(key, names, 'this function')
  end
  local at = new_type('tw_script_at', {
    __index = tw.generate(table.concat(lines, '\n'), unknown, unpack(series)),
    __newindex = refuse_change,
    __metatable = false,
  })()
  tw.series_of[at] = by_name
  return at
end

-- Pointers to the blocks of all bands and to all outputs, typed, behind the walk.
local function new_frame(dtypes, num_outputs, out_dtype)
  local fields = { 'struct { struct tw_series_walk walk;' }
  for b, dtype in ipairs(dtypes) do
    fields[#fields + 1] = ('const %s *b%d;'):format(tw.dtype_ctypes[dtype + 1], b)
  end
  for k = 1, num_outputs do
    fields[#fields + 1] = ('%s *o%d;'):format(tw.dtype_ctypes[out_dtype + 1], k)
  end
  return ffi.typeof(table.concat(fields, ' ') .. ' }')
end

local function store_lines(num_outputs)
  return (tw.store_lines(num_outputs):gsub('(o%d+)%[', 'frame.%1['))
end

local function new_loop(names, dtypes, num_outputs, out_dtype)
  local Frame = new_frame(dtypes, num_outputs, out_dtype)
  local memory = Frame()
  local frame = ffi.cast(ffi.typeof('$ *', Frame), memory)
  local now = ffi.cast('struct tw_series *', memory.walk.now)
  local walk = ffi.cast('struct tw_series_walk *', memory.walk)
  local text = tw.fill_template(template, {
    RESULTS = tw.numbered('r', num_outputs),
    STORE = store_lines(num_outputs),
  })
  local run = tw.compile_loop(text, functions.next_series, frame, now, walk,
    new_at(memory, frame, now, names))
  return { frame = memory, run = run }
end

-- The type of each band's values: that of all scenes, or float64 where they differ.
local function dtypes_of(rasters, num_bands)
  local dtypes = {}
  for b = 1, num_bands do
    for _, raster in ipairs(rasters) do
      local dtype = tw.data(tw.bands_of(raster)[b]).dtype
      dtypes[b] = (dtypes[b] or dtype) == dtype and dtype or tw.dtype_numbers.float64
    end
  end
  return dtypes
end

-- Sets what the walk reads.
local function set_inputs(frame, rasters, dtypes)
  local walk, num_bands, pixel_bytes = frame.walk, #dtypes, 0
  local arrays = tw.alloc('const struct tw_array *', #rasters * num_bands)
  local data = tw.alloc('struct tw_array', #rasters * num_bands)
  local valid = tw.alloc('const uint8_t *', #rasters)
  for s, raster in ipairs(rasters) do
    local bands = {}
    for b = 1, num_bands do
      local place = (s - 1) * num_bands + b - 1
      bands[b] = tw.bands_of(raster)[b]
      data[place] = tw.data(bands[b])
      arrays[place] = data + place
    end
    valid[s - 1] = tw.common_validity(bands)
  end
  for _, dtype in ipairs(dtypes) do
    pixel_bytes = pixel_bytes + #rasters * ffi.sizeof(tw.dtype_ctypes[dtype + 1])
  end
  local room = math.max(16, math.min(WALK_BLOCK, math.floor(BLOCK_BYTES / pixel_bytes / 16) * 16))
  walk.arrays, walk.valid, walk.num_scenes, walk.num_bands, walk.room_px = arrays, valid, #rasters, num_bands, room
  local blocks, types = tw.alloc('void *', num_bands), tw.alloc('int32_t', num_bands)
  for b, dtype in ipairs(dtypes) do
    types[b - 1] = dtype
    blocks[b - 1] = tw.alloc(tw.dtype_ctypes[dtype + 1], #rasters * room)
    frame['b' .. b] = blocks[b - 1]
  end
  walk.dtypes, walk.blocks = types, blocks
  walk.places, walk.series = tw.alloc('int32_t', #rasters * room), tw.alloc('struct tw_series', room)
  walk.first, walk.count = 0, 0
end

-- rasters: a list of at least one, all with the bands `names`.
function tw.map_series(rasters, names, outputs, fn, options)
  local all_bands = {}
  for _, raster in ipairs(rasters) do
    for _, array in ipairs(tw.bands_of(raster)) do
      all_bands[#all_bands + 1] = array
    end
  end
  local arrays, out = tw.new_outputs(#outputs, all_bands, true)
  local dtypes, out_dtype = dtypes_of(rasters, #names), tw.data(arrays[1]).dtype
  local function make()
    return new_loop(names, dtypes, #outputs, out_dtype)
  end
  local signature = ('%s %s>%d %d'):format(table.concat(names, ','), table.concat(dtypes, ','), #outputs, out_dtype)
  local loop = tw.loop_for(fn, signature, make)
  if loop.is_running then -- the function calls map with itself
    loop = make()
  end
  local frame = loop.frame
  set_inputs(frame, rasters, dtypes)
  tw.set_results(frame.walk.results, arrays)
  for k, pointer in ipairs(out) do
    frame['o' .. k] = pointer
  end
  loop.is_running = true
  local ok, message = pcall(tw.run_loop, outputs, loop.run, fn, host)
  loop.is_running, frame.walk.now.count = false, 0
  if not ok then
    error(message, 0)
  end
  return tw.finish_map(outputs, arrays, options)
end
