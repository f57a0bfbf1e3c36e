--! expect error: scl_of_a_raster.lua:4: scl needs an array, not a raster
return process {
  run = function(tile, input, p)
    return spectral.scl(input.image:read(), 'water')
  end,
}
