--! expect error: returning_two_values.lua: run returned 2 values; it returns one: a raster, an array, or arrays by name, as in { red = a, nir = b }
return process {
  run = function(tile, input, p)
    return input.image.red, input.image.nir
  end,
}
