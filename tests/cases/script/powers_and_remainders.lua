--! expect band1: 0 - 4 9 16 25 36 0 1 4 9 16
return process {
  run = function(tile, input, p)
    return (input.image.red - 100) % 7 ^ 1 * ((input.image.red - 100) % 7)
  end,
}
