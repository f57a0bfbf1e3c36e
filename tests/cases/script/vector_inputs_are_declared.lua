--! expect features: 3
return process {
  inputs = { fields = 'vector', image = 'raster' },
  run = function(tile, input, p)
    return input.fields:features()
  end,
}
