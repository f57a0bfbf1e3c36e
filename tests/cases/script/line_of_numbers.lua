--! expect error: line_of_numbers.lua:4: vector.line needs a list of points, as in { { 1, 2 }, { 3, 4 } }, not a table
return process {
  run = function(tile, input, p)
    return vector.line { 1, 2, 3, 4 }
  end,
}
