--! expect error: with_an_unknown_description.lua:4: with: unknown option 'units'; did you mean 'unit'? (known: name, unit, scale, offset)
return process {
  run = function(tile, input, p)
    return input.image.red:with { units = 'm' }
  end,
}
