--! expect error: focal_altitude.lua:5: hillshade: altitude must be a number between 0 and 90, not 100
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return dem:hillshade { altitude = 100 }
  end,
}
