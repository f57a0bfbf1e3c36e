--! expect x: inf inf inf inf inf inf inf inf inf inf inf inf
return process {
  run = function(tile, input, p)
    local one = input.image.red:fill(0) * 0 + 1
    return raster.of({ 'x' }, { (one / 0):clip(0, math.huge) })
  end,
}
