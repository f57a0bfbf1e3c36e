--! expect error: focal_beyond_the_radius.lua:5: focal: at(2, 0) is beyond the radius of 1 pixel
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:focal(1, function(at) return at(2, 0) end)
  end,
}
