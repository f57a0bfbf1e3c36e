--! expect error: rasterize_a_list_of_numbers.lua:4: vector.mask: item 1 is 5, not a feature or a geometry
return process {
  run = function(tile, input, p)
    return vector.rasterize { 5 }
  end,
}
