--! expect error: input_of_a_group_by_number_beyond_the_last.lua:4: no input '3' in the group 'years'; known: 2019, 2020
return process {
  run = function(tile, input, p)
    return input.years[3]:read()
  end,
}
