--! expect error: focal_options_that_are_no_table.lua:5: gaussian: options are a table, as in { radius = ... }, not 2
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:gaussian(1, 2)
  end,
}
