--! expect error: tasselled_cap_with_too_few_coefficients.lua:5: tasselled_cap: brightness needs 6 coefficients, for blue, green, red, nir, swir16, swir22
return process {
  run = function(tile, input, p)
    local options = { bands = { swir16 = 'red', swir22 = 'blue' } }
    return spectral.tasselled_cap(input.image:read(), { brightness = { 1, 2 } }, options)
  end,
}
