--! expect error: a_dot_for_a_colon_on_a_vector_input.lua:4: 'features' is a method of inputs: write input.name:features(...), with a colon
return process {
  run = function(tile, input, p)
    return input.fields.features()
  end,
}
