--! expect error: box_of_a_table_without_bounds.lua:4: vector.box needs left, bottom, right and top: left is nil
return process {
  run = function(tile, input, p)
    return vector.box { 0, 0, 1, 1 }
  end,
}
