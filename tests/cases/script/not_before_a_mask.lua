--! expect error: not_before_a_mask.lua:4: where needs an array, not false: 'not', 'and' and 'or' are Lua's own; masks have negate(), both(m) and either(m)
return process {
  run = function(tile, input, p)
    return input.image.red:where(not input.image.red:lt(105))
  end,
}
