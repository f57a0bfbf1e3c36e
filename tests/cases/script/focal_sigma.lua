--! expect error: focal_sigma.lua:5: gaussian needs its standard deviation in pixels, a number of at least 0.01, not -1
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:gaussian(-1)
  end,
}
