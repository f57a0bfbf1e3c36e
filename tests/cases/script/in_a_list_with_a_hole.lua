--! expect error: in_a_list_with_a_hole.lua:5: in_ needs a list of numbers without gaps, as in a:in_ { 3, 8, 9 }
return process {
  run = function(tile, input, p)
    local missing = input.image.red:where(input.image.red:lt(0)):min()
    return input.image.red:in_ { 100, missing, 102 }
  end,
}
