--! expect error: focal_kernel_of_texts.lua:5: convolve: each weight needs a number, not 'a'
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:convolve { { 'a' } }
  end,
}
