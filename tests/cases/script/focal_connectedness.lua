--! expect error: focal_connectedness.lua:5: sieve: connectedness is 4 or 8 (with the corners), not 6
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:sieve(2, { connectedness = 6 })
  end,
}
