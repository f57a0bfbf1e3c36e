--! expect error: focal_misspelt_filter.lua:5: an array has no method 'median_filtr'; did you mean 'median_filter'?
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:median_filtr(1)
  end,
}
