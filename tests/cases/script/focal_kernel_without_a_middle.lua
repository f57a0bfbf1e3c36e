--! expect error: focal_kernel_without_a_middle.lua:5: convolve: the kernel must have a pixel in its middle: an odd number of columns and rows, not 2 x 1
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:convolve { { 1, 1 } }
  end,
}
