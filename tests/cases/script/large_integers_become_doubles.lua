--! expect dtype band1: float64
return process {
  run = function(tile, input, p)
    return input.image.red:as('uint32') + 1
  end,
}
