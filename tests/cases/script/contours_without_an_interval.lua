--! expect error: contours_without_an_interval.lua:4: contours needs an interval above 0, as in a:contours { interval = 100 }, or levels, not nil
return process {
  run = function(tile, input, p)
    return input.image.red:contours()
  end,
}
