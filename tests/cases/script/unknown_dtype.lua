--! expect error: unknown_dtype.lua:4: as: unknown dtype 'uint61'; did you mean 'uint16'? (known: uint8, int8, uint16, int16, uint32, int32, float32, float64)
return process {
  run = function(tile, input, p)
    return input.image.red:as('uint61')
  end,
}
