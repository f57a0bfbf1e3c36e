--! expect band1: 1 1 1 1 1 1 1 1 1 1 1 1
return process {
  run = function(tile, input, p)
    return vector.mask(input.fields:features(), { all_touched = true })
  end,
}
