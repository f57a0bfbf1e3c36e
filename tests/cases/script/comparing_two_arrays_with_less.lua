--! expect error: comparing_two_arrays_with_less.lua:4: arrays are compared with a:lt(b), not a < b: Lua would turn the result into true or false
return process {
  run = function(tile, input, p)
    return input.image.red < input.image.nir
  end,
}
