--! expect band1: 0 - 0 1 1 3 3 3 2 4 4 3
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:focal(1, function(at, has) local n = 0 for dx = -1, 1 do if has(dx, -1) then n = n + 1 end end return has(-1, 0) and 2 + n - 1 or n end)
  end,
}
