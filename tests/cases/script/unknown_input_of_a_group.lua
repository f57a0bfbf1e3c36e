--! expect error: unknown_input_of_a_group.lua:4: no input '2018' in the group 'years'; did you mean '2019'? (known: 2019, 2020)
return process {
  run = function(tile, input, p)
    return input.years['2018']:read()
  end,
}
