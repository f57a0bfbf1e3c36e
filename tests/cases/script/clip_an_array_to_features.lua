--! expect band1: 100 - - - 104 105 - 107 - - 110 111
return process {
  run = function(tile, input, p)
    return input.image.red:clip(input.fields:features())
  end,
}
