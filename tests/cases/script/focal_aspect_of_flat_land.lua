--! expect empty
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return (dem * 0):aspect()
  end,
}
