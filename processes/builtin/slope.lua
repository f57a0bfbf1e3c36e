--- Makes the slope of heights, in degrees or percent. Needs a pixelbuffer of 1.
return process {
  inputs = { dem = 'raster' },
  any_input_name = true, -- whatever the configuration calls it
  margin = 1, -- the neighbours
  params = {
    units = 'degrees',             -- or percent
    z = 1.0,                       -- heights are multiplied by it
    scale = param.number,          -- metres of one unit of the grid; by default what they are on the ground
    resampling = param.resampling, -- by default the input's own
    band = param.any,              -- the band of the heights; by default the first
  },
  output = { bands = 1, dtype = 'float32', nodata = -9999 },

  run = function(tile, input, p)
    local heights = input.dem:read(p.band or 1, { resampling = p.resampling })[1]
    return heights:slope { units = p.units, z = p.z, scale = p.scale }
  end,
}
