--! expect x: 12 12 12 12 12 12 12 12 12 12 12 12
return process {
  run = function(tile, input, p)
    local zeros = input.image.red:fill(0) * 0
    local counts = zeros:histogram { low = 0, high = 2 ^ -1074, bins = 10 }
    return raster.of({ 'x' }, { zeros + counts[10] })
  end,
}
