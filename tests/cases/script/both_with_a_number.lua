--! expect error: both_with_a_number.lua:4: both needs an array, not 1
return process {
  run = function(tile, input, p)
    return input.image.red:both(1)
  end,
}
