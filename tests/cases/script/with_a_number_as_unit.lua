--! expect error: with_a_number_as_unit.lua:4: with: unit must be a text, not 3
return process {
  run = function(tile, input, p)
    return input.image.red:with { unit = 3 }
  end,
}
