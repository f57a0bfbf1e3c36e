--! expect names: red nir blue
return process {
  output = { bands = { 'red', 'nir', 'blue' } },
  run = function(tile, input)
    return raster.new { blue = input.image.blue, nir = input.image.nir, red = input.image.red }
  end,
}
