--! expect error: a_field_of_a_geometry_with_brackets.lua:4: attempt to call method 'is_empty' (a boolean value): it is a field: leave out the brackets
return process {
  run = function(tile, input, p)
    return vector.box(0, 0, 1, 1):is_empty()
  end,
}
