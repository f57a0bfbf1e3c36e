--! expect error: writing_into_a_group.lua:4: cannot set '2021': input 'years' cannot be changed
return process {
  run = function(tile, input, p)
    input.years['2021'] = input.image
  end,
}
