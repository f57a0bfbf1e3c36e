--! expect dtype band1: float64
return process {
  run = function(tile, input, p)
    return input.image.red:as('float64') * 2
  end,
}
