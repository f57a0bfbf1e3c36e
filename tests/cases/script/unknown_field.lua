--! expect error: unknown_field.lua:3: unknown field 'input' in process { ... }; did you mean 'inputs'? (known: about, any_input_name, inputs, margin, output, params, prepare, run, setup)
return process {
  input = { dem = 'raster' },
  run = function() end,
}
