--! expect band1: 100 - - 104.5 106 107.5 109 110.5 112 113.5 115 116.5
return process {
  run = function(tile, input, p)
    return input.image.red + input.dem.elevation
  end,
}
