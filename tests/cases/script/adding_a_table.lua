--! expect error: adding_a_table.lua:4: '+' needs numbers and arrays, not a table
return process {
  run = function(tile, input, p)
    return input.image.red + {}
  end,
}
