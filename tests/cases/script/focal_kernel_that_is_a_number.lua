--! expect error: focal_kernel_that_is_a_number.lua:5: convolve needs a list of rows, as in a:convolve({ { 0, 1, 0 }, { 1, -4, 1 }, { 0, 1, 0 } }), not 3
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:convolve(3)
  end,
}
