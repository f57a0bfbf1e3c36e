--! expect band1: 100 0.5 102 103 104 105 106 107 108 109 110 111
--! expect dtype band1: float32
return process {
  run = function(tile, input, p)
    return input.image.red:fill(0.5)
  end,
}
