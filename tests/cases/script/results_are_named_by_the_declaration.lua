--! expect names: ndvi
--! expect dtype ndvi: float32
return process {
  output = { bands = { 'ndvi' }, dtype = 'float32', nodata = -1 },
  run = function(tile, input)
    return input.image.red * 1
  end,
}
