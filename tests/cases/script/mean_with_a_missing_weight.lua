--! expect error: mean_with_a_missing_weight.lua:5: raster.mean: weights 2 must be a number or array, not nil
return process {
  run = function(tile, input, p)
    local red = input.image.red
    return raster.mean({ red, red, red }, { weights = { 1, nil, red } })
  end,
}
