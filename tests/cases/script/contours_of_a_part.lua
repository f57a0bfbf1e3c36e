--! expect error: contours_of_a_part.lua:4: contours needs an array of the tile's size, 4 x 3 pixels, not 2 x 2
return process {
  run = function(tile, input, p)
    return input.image.red:slice(0, 0, 2, 2):contours { interval = 1 }
  end,
}
