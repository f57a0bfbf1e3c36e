--! expect band1: 100 - 102 - 104 - 106 - 108 - 110 -
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:focal(1, function(at) if at(0, 0) % 2 == 0 then return at(0, 0) end end)
  end,
}
