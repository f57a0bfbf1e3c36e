--! expect error: unknown_function_of_raster.lua:4: 'raster' has no function 'medain'; did you mean 'median'?
return process {
  run = function(tile, input, p)
    return raster.medain {}
  end,
}
