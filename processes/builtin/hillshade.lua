--- Makes the shading of heights, as light from one side would: from 1 in the shade to 255 in full light. Needs a pixelbuffer of 1.
return process {
  inputs = { dem = 'raster' },
  any_input_name = true, -- whatever the configuration calls it
  margin = 1, -- the neighbours
  params = {
    azimuth = 315.0,               -- where the light comes from: degrees from north, clockwise
    altitude = 45.0,               -- degrees above the horizon
    z = 1.0,                       -- heights are multiplied by it
    scale = param.number,          -- metres of one unit of the grid; by default what they are on the ground
    resampling = param.resampling, -- by default the input's own
    band = param.any,              -- the band of the heights; by default the first
  },
  output = { bands = 1, dtype = 'uint8', nodata = 0 },

  run = function(tile, input, p)
    local heights = input.dem:read(p.band or 1, { resampling = p.resampling })[1]
    return heights:hillshade { azimuth = p.azimuth, altitude = p.altitude, z = p.z, scale = p.scale }
  end,
}
