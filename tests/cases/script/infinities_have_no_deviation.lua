--! expect empty
return process {
  run = function(tile, input, p)
    local one = input.image.red * 0 + 1
    return raster.std { one, one / 0 }
  end,
}
