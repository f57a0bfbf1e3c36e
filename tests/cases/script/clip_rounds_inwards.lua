--! expect band1: 103 - 103 103 104 105 106 107 108 108 108 108
return process {
  run = function(tile, input, p)
    return input.image.red:clip(102.5, 108.5)
  end,
}
