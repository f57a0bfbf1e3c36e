--! expect error: focal_kernel_below_zero.lua:5: convolve: a kernel with a weight below 0 (-4) cannot be normalized
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:convolve({ { 1, -4, 1 } }, { normalize = true })
  end,
}
