--! expect error: focal_radius_that_is_a_fraction.lua:5: mean_filter: the radius must be a whole number of pixels of at least 1, not 1.5
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:mean_filter(1.5)
  end,
}
