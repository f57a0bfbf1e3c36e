--! expect band1: 5.5 5.5 - - 5.5 5.5 - 8 - - - 8
return process {
  run = function(tile, input, p)
    return vector.rasterize(input.fields:features(), { value = 'yield' })
  end,
}
