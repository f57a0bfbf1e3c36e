--! expect error: mean_with_too_many_weights.lua:4: raster.mean: 2 weights for 1 items
return process {
  run = function(tile, input, p)
    return raster.mean({ input.image.red }, { weights = { 1, 2 } })
  end,
}
