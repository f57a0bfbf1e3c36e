--! expect error: focal_slope_of_a_slice.lua:5: slope needs an array of the whole tile, 4 x 3 pixels, not 2 x 2
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return dem:slice(0, 0, 2, 2):slope()
  end,
}
