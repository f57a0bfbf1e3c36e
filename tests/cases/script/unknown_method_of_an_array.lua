--! expect error: unknown_method_of_an_array.lua:4: an array has no method 'wher'; did you mean 'where'?
return process {
  run = function(tile, input, p)
    return input.image.red:wher(1)
  end,
}
