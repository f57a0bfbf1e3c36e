--! expect band1: 100 - 102 103 104 105 106 107 108 109 110 111
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red + red:max_filter(8):mean() * 0
  end,
}
