--! expect error: ndvi_with_bands_that_are_a_text.lua:4: ndvi: bands are a table, as in { bands = { nir = 'B04' } }, not 'B08'
return process {
  run = function(tile, input, p)
    return spectral.ndvi(input.image:read(), { bands = 'B08' })
  end,
}
