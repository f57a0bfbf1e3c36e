--! expect error: contours_with_a_level_that_is_a_text.lua:4: contours: level 2 needs a number, not 'x'
return process {
  run = function(tile, input, p)
    return input.image.red:contours { levels = { 1, 'x' } }
  end,
}
