--! expect error: reading_a_vector_input.lua:4: input 'fields' is a vector input, which has no method 'read'; it has: features
return process {
  run = function(tile, input, p)
    return input.fields:read()
  end,
}
