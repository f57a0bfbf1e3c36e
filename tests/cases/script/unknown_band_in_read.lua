--! expect error: unknown_band_in_read.lua:4: no band 'nri'; input 'image' has: red, green, blue, nir, cloud; did you mean 'nir'?
return process {
  run = function(tile, input, p)
    return input.image:read { 'red', 'nri' }
  end,
}
