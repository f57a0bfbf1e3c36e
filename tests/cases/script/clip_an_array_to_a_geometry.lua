--! expect band1: 100 - - - 104 105 - - - - - -
return process {
  run = function(tile, input, p)
    return input.image.red:clip(input.fields:features()[1].geometry)
  end,
}
