--! expect error: focal_sieve_of_one.lua:5: sieve: the smallest area must be a whole number of pixels of at least 2, not 1
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:sieve(1)
  end,
}
