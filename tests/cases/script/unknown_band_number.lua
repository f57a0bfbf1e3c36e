--! expect error: unknown_band_number.lua:4: no band 6; input 'image' has: red, green, blue, nir, cloud
return process {
  run = function(tile, input, p)
    return input.image[6]
  end,
}
