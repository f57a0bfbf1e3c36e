--! expect error: atan2_of_nothing.lua:4: atan2 needs numbers and arrays, not nil
return process {
  run = function(tile, input, p)
    return input.image.red:atan2()
  end,
}
