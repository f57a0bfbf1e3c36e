--! expect band1: 3 3 - - 3 3 - 3 - - 3 3
--! expect dtype band1: float64
return process {
  run = function(tile, input, p)
    return vector.rasterize(input.fields:features(), { value = 3 })
  end,
}
