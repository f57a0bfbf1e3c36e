--! expect error: a_dot_for_a_colon_on_an_input.lua:4: 'read' is a method of inputs: write input.name:read(...), with a colon
return process {
  run = function(tile, input, p)
    return input.image.read { 'red' }
  end,
}
