--! expect error: focal_without_a_function.lua:5: focal needs a function as its second argument, as in a:focal(1, function(at) return at(0, -1) end), not nil
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:focal(1)
  end,
}
