--! expect error: length_of_an_array.lua:4: an array has no length: use a.width, a.height or a:count()
return process {
  run = function(tile, input, p)
    return #input.image.red
  end,
}
