--- Makes the shading of heights as mapchete does: one unit of the grid, be it a degree, counts as one unit of height.
-- The process hillshade knows how long a unit is on the ground.
return process {
  inputs = {
    dem = 'raster',   -- heights
    clip = 'vector?', -- polygons; the result is kept inside of them
  },
  margin = 1, -- the neighbours
  params = {
    resampling = param.resampling, -- by default the input's own
    azimuth = 315.0,               -- where the light comes from: degrees from north, clockwise
    altitude = 45.0,               -- degrees above the horizon
    z = 1.0,                       -- heights are multiplied by it
    scale = 1.0,                   -- units of height in one unit of the grid
  },
  output = { bands = 1, dtype = 'uint8', nodata = 0 },

  run = function(tile, input, p)
    local heights = input.dem:read(1, { resampling = p.resampling })[1]
    local shade = heights:hillshade { azimuth = p.azimuth, altitude = p.altitude, z = p.z, scale = p.scale }
    return input.clip and shade:clip(input.clip:features()) or shade
  end,
}
