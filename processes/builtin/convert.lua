--- Writes its input as the output asks for: reprojected, tiled, with other values or bands where wanted.

local function kind(geometry)
  return (geometry.type:gsub('^Multi', ''))
end

-- What of the features lies in the area; an edge that only touches it is no part of it.
local function inside(features, area)
  local kept = {}
  for _, feature in ipairs(features) do
    local whole = feature.geometry
    local part = whole:intersection(area)
    if kind(part) ~= kind(whole) then
      part = whole:difference(whole:difference(area))
    end
    if not part.is_empty then
      feature.geometry = part
      kept[#kept + 1] = feature
    end
  end
  return kept
end

return process {
  inputs = {
    inp = 'any',      -- a raster, or features, which are reprojected, tiled and clipped
    clip = 'vector?', -- polygons; the result is kept inside of them
  },
  any_input_name = true, -- whatever the configuration calls it
  params = {
    resampling = param.resampling,      -- by default the input's own
    band_indexes = param.any,           -- bands to keep, by number (from 1) or name, in this order
    clip_pixelbuffer = 0,               -- pixels by which the polygons grow, or shrink below 0
    scale_offset = 0.0,                 -- the result is (value + scale_offset) * scale_ratio
    scale_ratio = 1.0,                  -- see scale_offset
    clip_values = param.list,           -- [low, high]: results beyond become low or high
    clip_to_output_dtype = param.dtype, -- rounds, and cuts off at the limits of this type
  },

  run = function(tile, input, p)
    if tostring(input.inp):find('^vector') then
      local features = input.inp:features()
      if not input.clip then
        return features
      end
      local area = vector.union(input.clip:features())
      return inside(features, area:buffer(p.clip_pixelbuffer * tile.pixel_size))
    end
    local result = input.inp:read(p.band_indexes, { resampling = p.resampling })
    if p.scale_offset ~= 0 then
      result = result + p.scale_offset
    end
    if p.scale_ratio ~= 1 then
      result = result * p.scale_ratio
    end
    if p.clip_values then
      result = result:clip(p.clip_values[1], p.clip_values[2])
    end
    if p.clip_to_output_dtype then
      result = result:as(p.clip_to_output_dtype)
    end
    if input.clip then
      local area = vector.union(input.clip:features())
      return result:clip(area:buffer(p.clip_pixelbuffer * tile.pixel_size))
    end
    return result
  end,
}
