--! expect error: best_by_with_a_number.lua:4: raster.best_by: criteria 1 must be an array, not 3
return process {
  run = function(tile, input, p)
    return raster.best_by({ input.image.red }, { 3 }, 'max')
  end,
}
