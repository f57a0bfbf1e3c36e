--! expect error: in_with_a_number.lua:4: in_ needs a list of numbers, as in a:in_ { 3, 8, 9 }, not 3
return process {
  run = function(tile, input, p)
    return input.image.red:in_(3)
  end,
}
