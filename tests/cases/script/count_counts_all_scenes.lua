--! expect band1: 4 - 4 4 4 4 4 4 4 4 4 4
return process {
  run = function(tile, input, p)
    return input.image.red * 0 + input.scenes:count()
  end,
}
