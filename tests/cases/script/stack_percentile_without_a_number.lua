--! expect error: stack_percentile_without_a_number.lua:4: raster.percentile needs a number from 0 to 100, as in 90, not nil
return process {
  run = function(tile, input, p)
    return raster.percentile { input.image.red }
  end,
}
