--! expect error: focal_scale.lua:5: slope: scale must be a number above 0, not 0
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return dem:slope { scale = 0 }
  end,
}
