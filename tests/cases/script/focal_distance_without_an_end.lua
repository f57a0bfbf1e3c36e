--! expect error: focal_distance_without_an_end.lua:5: distance needs the distance up to which it is measured, a number above 0, not nil
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:distance()
  end,
}
