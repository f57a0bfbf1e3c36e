--! expect band1: 100 7 102 103 104 105 106 107 108 109 110 111
--! expect dtype band1: uint16
return process {
  run = function(tile, input, p)
    return input.image.red:fill(7)
  end,
}
