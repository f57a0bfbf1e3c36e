--! expect error: ndvi_with_a_misspelt_band.lua:4: ndvi uses no band 'nearir'; known: nir, red
return process {
  run = function(tile, input, p)
    return spectral.ndvi(input.image:read(), { bands = { nearir = 'B08' } })
  end,
}
