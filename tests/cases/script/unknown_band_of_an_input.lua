--! expect error: unknown_band_of_an_input.lua:4: no band 'rad'; input 'image' has: red, green, blue, nir, cloud; did you mean 'red'?
return process {
  run = function(tile, input, p)
    return input.image.rad
  end,
}
