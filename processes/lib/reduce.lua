-- SPDX-License-Identifier: MIT
-- Several rasters or arrays to one, pixel by pixel: raster.median(list) and its kin.
local tw = ...
local ffi = require('ffi')
local host, raise, check = tw.host, tw.raise, tw.check

-- Numbers from enum tw_reduction.
local reductions = { first = 0, min = 1, max = 2, mean = 3, median = 4 }

local function reduce_arrays(name, arrays)
  local pointers = ffi.new('const struct tw_array *[?]', #arrays)
  for i, array in ipairs(arrays) do
    tw.check_same_shape(arrays[1], array, 'raster.' .. name)
    pointers[i - 1] = tw.data(array)
  end
  local out = tw.new_data()
  check(host.reduce(host, reductions[name], pointers, #arrays, out))
  return tw.without_nan(tw.wrap(out)) -- infinities have no mean
end

-- Bands are matched by name.
local function reduce_rasters(name, rasters)
  local names, bands = tw.names_of_bands(rasters[1]), {}
  for i, band_name in ipairs(names) do
    local arrays = {}
    for k, raster in ipairs(rasters) do
      arrays[k] = tw.band(raster, band_name)
    end
    bands[i] = reduce_arrays(name, arrays)
  end
  return tw.new_raster(names, bands)
end

local function check_list(name, list)
  if type(list) ~= 'table' or tw.is_raster(list) then
    raise('raster.%s needs a list of rasters or arrays, not %s', name, tw.show(list))
  end
  for i, item in ipairs(list) do
    local kind = tw.type(item)
    if kind ~= 'raster' and kind ~= 'array' then
      raise('raster.%s needs a list of rasters or arrays; item %d is %s', name, i, tw.show(item))
    end
    if kind ~= tw.type(list[1]) then
      raise('raster.%s needs either rasters or arrays; item %d is %s, item 1 %s', name, i, tw.show(item),
        tw.show(list[1]))
    end
  end
end

for name in pairs(reductions) do
  -- nil for an empty list: nothing was observed, and a run that returns nil writes nothing.
  tw.raster[name] = function(list)
    check_list(name, list)
    if #list == 0 then
      return nil
    end
    return tw.is_raster(list[1]) and reduce_rasters(name, list) or reduce_arrays(name, list)
  end
end
