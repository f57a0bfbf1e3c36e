--! expect band1: 1 1 - 1 1 1 1 1 0 0 0 0
return process {
  run = function(tile, input, p)
    return input.dem.elevation:lt(4)
  end,
}
