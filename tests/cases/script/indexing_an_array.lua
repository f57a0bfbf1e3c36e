--! expect error: indexing_an_array.lua:4: an array has no element 3: pixels are read with a:get(col, row)
return process {
  run = function(tile, input, p)
    return input.image.red[3]
  end,
}
