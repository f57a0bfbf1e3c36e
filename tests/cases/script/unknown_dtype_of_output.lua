--! expect error: unknown_dtype_of_output.lua:3: unknown dtype 'byte'; known: uint8, int8, uint16, int16, uint32, int32, float32, float64
return process {
  output = { dtype = 'byte' },
  run = function() end,
}
