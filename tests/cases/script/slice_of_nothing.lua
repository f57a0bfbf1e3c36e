--! expect error: slice_of_nothing.lua:4: slice: 0 x 2 pixels are none
return process {
  run = function(tile, input, p)
    return input.image.red:slice(0, 0, 0, 2)
  end,
}
