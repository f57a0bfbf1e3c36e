--! expect band1: 0 1 - 3 4 5 6 7 8 9 10 11
return process {
  run = function(tile, input, p)
    return (input.dem.elevation * 2):where(input.dem.elevation:ge(0))
  end,
}
