--! expect band1: 100 0.5 102 103 104 105 106 107 108 109 110 111
return process {
  run = function(tile, input, p)
    return input.image.red:fill(input.dem.elevation)
  end,
}
