--! expect error: clip_without_bounds.lua:4: clip needs a number, not nil
return process {
  run = function(tile, input, p)
    return input.image.red:clip(3)
  end,
}
