--! expect error: adding_a_text.lua:4: '+' needs numbers and arrays, not '2'
return process {
  run = function(tile, input, p)
    return input.image.red + '2'
  end,
}
