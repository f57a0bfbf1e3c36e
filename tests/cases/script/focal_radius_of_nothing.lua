--! expect error: focal_radius_of_nothing.lua:5: dilate: the radius must be a whole number of pixels of at least 1, not nil
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:dilate()
  end,
}
