--! expect error: focal_kernel_of_zeros.lua:5: convolve: the weights must be finite numbers, and not all of them 0
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:convolve { { 0 } }
  end,
}
