--! expect band1: 103 - 103 103 104 105 106 107 108 108 108 108
--! expect dtype band1: uint16
return process {
  run = function(tile, input, p)
    return input.image.red:clip(103, 108)
  end,
}
