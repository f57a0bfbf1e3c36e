--! expect band1: 6 6 - - 6 6 - 8 - - - 8
--! expect dtype band1: uint8
return process {
  run = function(tile, input, p)
    return vector.rasterize(input.fields:features(), { value = 'yield', dtype = 'uint8' })
  end,
}
