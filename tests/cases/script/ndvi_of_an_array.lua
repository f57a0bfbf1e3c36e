--! expect error: ndvi_of_an_array.lua:4: ndvi needs a raster, as in spectral.ndvi(input.image:read { 'nir', 'red' }), not an array
return process {
  run = function(tile, input, p)
    return spectral.ndvi(input.image.red)
  end,
}
