--! expect error: contours_with_levels_and_an_interval.lua:4: contours: levels stand for themselves; leave out interval and base
return process {
  run = function(tile, input, p)
    return input.image.red:contours { interval = 5, levels = { 1 } }
  end,
}
