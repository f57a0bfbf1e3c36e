--! expect error: unknown_field_far_from_all_names.lua:4: unknown field 'output_bands' in process { ... }; known: about, any_input_name, inputs, margin, output, params, prepare, run, setup
return process {
  -- output_bands = 4
  output_bands = 3,
  run = function() end,
}
