--! expect error: slice_of_half_pixels.lua:4: slice: 0.5 is not a whole number of pixels
return process {
  run = function(tile, input, p)
    return input.image.red:slice(0.5, 0, 2, 2)
  end,
}
