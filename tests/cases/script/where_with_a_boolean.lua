--! expect error: where_with_a_boolean.lua:4: where needs an array, not true: 'not', 'and' and 'or' are Lua's own; masks have negate(), both(m) and either(m)
return process {
  run = function(tile, input, p)
    return input.image.red:where(true)
  end,
}
