--! expect error: median_of_different_bands.lua:4: no band 'red'; this raster has: elevation
return process {
  run = function(tile, input, p)
    return raster.median { input.image:read(), input.dem:read() }
  end,
}
