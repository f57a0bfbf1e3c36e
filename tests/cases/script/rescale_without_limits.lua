--! expect error: rescale_without_limits.lua:4: rescale needs a number, not nil
return process {
  run = function(tile, input, p)
    return input.image.red:rescale(0, 1)
  end,
}
