--! expect error: focal_kernel_of_numbers.lua:5: convolve needs a list of rows, as in a:convolve({ { 0, 1, 0 }, { 1, -4, 1 }, { 0, 1, 0 } }), not a list of numbers
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:convolve { 1, 2, 1 }
  end,
}
