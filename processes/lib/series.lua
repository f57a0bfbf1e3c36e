-- SPDX-License-Identifier: MIT
-- Per-pixel functions over a time series: stack:map(bands, outputs, function(at, n) ... end). at.nir[i], with i
-- from 1 to n, are the observations of one pixel that are valid in all bands asked for, in the stack's order.
--
-- A C kernel moves the valid observations of a few pixels together; the generated loop points `at` to them
-- and calls the function, without making a table or a closure for a pixel.
local tw = ...
local ffi = require('ffi')
local host, raise, check = tw.host, tw.raise, tw.check

local BLOCK = 32 -- TW_GATHER_BLOCK

local function out_of_range(series, i)
  if type(i) == 'number' then
    raise('there is no observation %s: this pixel has %d, counted from 1', i, series._count)
  end
  raise("a series has only numbers in brackets, as in at.nir[1], not '%s'", tostring(i))
end

local Series = {
  __index = function(series, i)
    if type(i) == 'number' and i >= 1 and i <= series._count then
      return series._values[i - 1]
    end
    return out_of_range(series, i)
  end,
  __newindex = function()
    raise('observations cannot be changed')
  end,
  __len = function(series)
    return series._count
  end,
  __metatable = false,
}
local SeriesType = ffi.metatype('struct tw_script_series', Series)

local template = [[
local is_cancelled, too_few = ...
return function(fn, host, at, gather_block, gather, num_pixels, stride, out_valid, SERIES, OUTPUTS)
  local values, counts, pixels = gather.values, gather.counts, gather.pixels
  for first = 0, num_pixels - 1, BLOCK do
    if is_cancelled(host) ~= 0 then return end
    local count = num_pixels - first
    if count > BLOCK then count = BLOCK end
    for p = 0, gather_block(gather, first, count) - 1 do
      local k = pixels[p]
      local i, n = first + k, counts[k]
      local pixel = values + k * stride
      POINT
      local RESULTS = fn(at, n)
      STORE
    end
  end
end
]]

local function new_loop(num_bands, num_outputs, num_scenes)
  local point = {}
  for b = 1, num_bands do
    point[b] = ('s%d._values = pixel + %d; s%d._count = n'):format(b, (b - 1) * num_scenes, b)
  end
  return tw.compile_loop(tw.fill_template(template, {
    SERIES = tw.numbered('s', num_bands),
    OUTPUTS = tw.numbered('o', num_outputs),
    RESULTS = tw.numbered('r', num_outputs),
    BLOCK = tostring(BLOCK),
    POINT = table.concat(point, '\n'),
    STORE = tw.store_lines(num_outputs),
  }))
end

-- The C struct for rasters that all have the bands `names`; the rasters must stay alive with it.
local function new_gather(rasters, names)
  local gather = ffi.new('struct tw_gather')
  local arrays = tw.alloc('const struct tw_array *', #rasters * #names)
  local data = tw.alloc('struct tw_array', #rasters * #names)
  local valid = tw.alloc('const uint8_t *', #rasters)
  for s, raster in ipairs(rasters) do
    local bands = {}
    for b = 1, #names do
      local place = (s - 1) * #names + b - 1
      bands[b] = tw.without_nan(tw.bands_of(raster)[b])
      data[place] = tw.data(bands[b])
      arrays[place] = data + place
    end
    valid[s - 1] = tw.common_validity(bands)
  end
  gather.arrays, gather.valid, gather.num_scenes, gather.num_bands = arrays, valid, #rasters, #names
  gather.values = tw.alloc('double', BLOCK * #rasters * #names)
  gather.counts, gather.pixels = tw.alloc('int32_t', BLOCK), tw.alloc('int32_t', BLOCK)
  return gather
end

-- `at`: the series by name; names that were not asked for are refused.
local function new_at(names)
  local series, content = {}, {}
  for b, name in ipairs(names) do
    series[b] = SeriesType()
    content[name] = series[b]
  end
  local at = setmetatable(content, {
    __index = function(_, key)
      tw.raise_no_band(key, names, 'this function')
    end,
    __metatable = false,
  })
  return at, series
end

-- rasters: a list of at least one, all with the bands `names`.
function tw.map_series(rasters, names, outputs, fn, options)
  local all_bands = {}
  for _, raster in ipairs(rasters) do
    for _, array in ipairs(tw.bands_of(raster)) do
      all_bands[#all_bands + 1] = array
    end
  end
  local arrays, out, out_valid = tw.new_outputs(#outputs, all_bands)
  local gather = new_gather(rasters, names)
  local at, arguments = new_at(names)
  local signature = ('%d %d>%d %s'):format(#rasters, #names, #outputs, arrays[1].dtype)
  local loop = tw.loop_for(fn, signature, function()
    return new_loop(#names, #outputs, #rasters)
  end)
  for i = 1, #out do
    arguments[#arguments + 1] = out[i]
  end
  local num_pixels = arrays[1].width * arrays[1].height
  tw.run_loop(outputs, loop, fn, host, at, host.gather, gather, num_pixels, #names * #rasters, out_valid,
    unpack(arguments))
  return tw.finish_map(outputs, arrays, options)
end
