--! expect error: median_of_different_bands.lua:4: raster.median needs rasters with the same bands; item 2 has: elevation; item 1 has: red, green, blue, nir, cloud
return process {
  run = function(tile, input, p)
    return raster.median { input.image:read(), input.dem:read() }
  end,
}
