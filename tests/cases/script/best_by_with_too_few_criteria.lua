--! expect error: best_by_with_too_few_criteria.lua:4: raster.best_by: 1 criteria for 2 items
return process {
  run = function(tile, input, p)
    return raster.best_by({ input.image:read(), input.image:read() }, { input.image.red }, 'max')
  end,
}
