--! expect error: mean_with_a_negative_weight.lua:4: raster.mean: a weight must be 0 or more, not -1
return process {
  run = function(tile, input, p)
    return raster.mean({ input.image.red }, { weights = { -1 } })
  end,
}
