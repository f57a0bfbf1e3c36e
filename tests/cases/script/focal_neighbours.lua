--! expect band1: - - - 1 - 1 1 1 - 1 1 1
--! expect dtype band1: uint8
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:focal(1, function(at) return at(0, 0) - at(-1, 0) end, { dtype = 'uint8' })
  end,
}
