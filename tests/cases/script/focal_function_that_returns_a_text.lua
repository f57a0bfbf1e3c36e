--! expect error: focal_function_that_returns_a_text.lua:5: focal: the function returned a string; it must return a number, or nil for nodata
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:focal(1, function(at) return 'x' end)
  end,
}
