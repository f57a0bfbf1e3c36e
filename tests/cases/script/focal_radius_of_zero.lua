--! expect error: focal_radius_of_zero.lua:5: median_filter: the radius must be a whole number of pixels of at least 1, not 0
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:median_filter(0)
  end,
}
