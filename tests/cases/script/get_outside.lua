--! expect error: get_outside.lua:4: get(4, 0) is outside the array: columns are 0 to 3, rows 0 to 2
return process {
  run = function(tile, input, p)
    return input.image.red:get(4, 0)
  end,
}
