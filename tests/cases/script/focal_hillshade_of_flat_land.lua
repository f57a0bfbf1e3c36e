--! expect band1: 180 180 180 180 180 180 180 180 180 180 180 180
--! expect dtype band1: uint8
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return (dem:fill(1) * 0):hillshade()
  end,
}
