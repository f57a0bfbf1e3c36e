--! expect error: median_of_a_mixture.lua:4: raster.median needs either rasters or arrays; item 2 is an array, item 1 a raster
return process {
  run = function(tile, input, p)
    return raster.median { input.image:read(), input.image.red }
  end,
}
