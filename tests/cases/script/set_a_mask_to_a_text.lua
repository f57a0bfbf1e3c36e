--! expect error: set_a_mask_to_a_text.lua:4: set needs numbers and arrays, not 'x'
return process {
  run = function(tile, input, p)
    return input.image.red:set(input.image.red:gt(3), 'x')
  end,
}
