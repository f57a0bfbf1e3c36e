--! expect error: lt_without_a_value.lua:4: lt needs numbers and arrays, not nil
return process {
  run = function(tile, input, p)
    return input.image.red:lt()
  end,
}
