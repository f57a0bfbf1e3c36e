--! expect band1: - - 0 1 1.41421 1.73205 2 2.23607 2.44949 2.64575 2.82843 3
return process {
  run = function(tile, input, p)
    return (input.image.red - 102):sqrt()
  end,
}
