--! expect error: unknown_method_of_a_stack.lua:4: input 'scenes' is a stack, which has no method 'read'; it has: bands, count, each, first, map, max, mean, median, min
return process {
  run = function(tile, input, p)
    return input.scenes:read()
  end,
}
