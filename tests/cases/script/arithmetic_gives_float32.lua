--! expect band1: 51 - 52 52.5 53 53.5 54 54.5 55 55.5 56 56.5
--! expect dtype band1: float32
return process {
  run = function(tile, input, p)
    return (input.image.red + 2) / 2
  end,
}
