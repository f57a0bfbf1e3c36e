--! expect error: choosing_between_a_number_and_nil.lua:4: raster.where needs numbers and arrays, not nil
return process {
  run = function(tile, input, p)
    return raster.where(input.image.red:gt(3), 1, nil)
  end,
}
