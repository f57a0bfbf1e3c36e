--! expect error: clip_with_bounds_reversed.lua:4: clip: the lower bound 9 is above the upper bound 3
return process {
  run = function(tile, input, p)
    return input.image.red:clip(9, 3)
  end,
}
