--! expect error: focal_kernel_with_a_short_row.lua:5: convolve: row 2 of the kernel has 2 weights, row 1 has 3
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:convolve { { 1, 2, 1 }, { 1, 2 }, { 1, 2, 1 } }
  end,
}
