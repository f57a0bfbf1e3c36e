--! expect error: tasselled_cap_without_coefficients.lua:5: tasselled_cap needs a table of coefficients, as in spectral.tasselled_cap(r, spectral.landsat8_oli), not 'landsat8'
return process {
  run = function(tile, input, p)
    local options = { bands = { swir16 = 'red', swir22 = 'blue' } }
    return spectral.tasselled_cap(input.image:read(), 'landsat8', options)
  end,
}
