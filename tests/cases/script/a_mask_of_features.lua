--! expect band1: 1 1 0 0 1 1 0 1 0 0 1 1
--! expect dtype band1: uint8
return process {
  run = function(tile, input, p)
    return vector.mask(input.fields:features())
  end,
}
