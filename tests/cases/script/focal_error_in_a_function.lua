--! expect error: focal_error_in_a_function.lua:5: attempt to perform arithmetic on a nil value
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:focal(1, function(at) return at(0, 0) + nil end)
  end,
}
