--! expect band1: 2 - 2 2 2 2 2 2 2 2 2 2
return process {
  params = { plus = param.range { default = 2, max = 3 } },
  run = function(tile, input, p)
    return input.image.red * 0 + p.plus
  end,
}
