--! expect error: unknown_field_of_output.lua:3: unknown field 'type' in output; did you mean 'dtype'? (known: bands, dtype, nodata)
return process {
  output = { bands = 1, type = 'uint8' },
  run = function() end,
}
