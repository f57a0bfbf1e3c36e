--! expect band1: - - - 1 1 1 1 1 1 1 1 1
return process {
  run = function(tile, input, p)
    local zero = input.dem.elevation:floor()
    return (zero / zero)
  end,
}
