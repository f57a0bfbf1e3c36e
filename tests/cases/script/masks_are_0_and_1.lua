--! expect band1: 1 - 1 0 0 0 0 0 0 0 0 0
--! expect dtype band1: uint8
return process {
  run = function(tile, input, p)
    return input.image.red:le(102)
  end,
}
