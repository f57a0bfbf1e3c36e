--! expect error: a_dot_for_a_colon_on_an_array.lua:4: 'lt' is a method of arrays: write a:lt(...), with a colon
return process {
  run = function(tile, input, p)
    return input.image.red.lt(40)
  end,
}
