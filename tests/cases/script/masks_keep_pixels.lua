--! expect band1: 100 - 102 103 - - - - - - - -
return process {
  run = function(tile, input, p)
    return input.image.red:where(input.image.cloud:lt(40))
  end,
}
