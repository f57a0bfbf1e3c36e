--! expect band1: - - 102 103 - - 106 - 108 109 - -
return process {
  run = function(tile, input, p)
    return input.image.red:clip(input.fields:features(), { invert = true })
  end,
}
