--! expect error: line_of_one_point.lua:4: vector.line needs at least 2 points, not 1
return process {
  run = function(tile, input, p)
    return vector.line { { 1, 2 } }
  end,
}
