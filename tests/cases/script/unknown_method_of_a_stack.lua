--! expect error: unknown_method_of_a_stack.lua:4: input 'scenes' is a stack, which has no method 'read'; it has: bands, best_by, between, count, each, fill_gaps, filter, first, last, map, max, mean, median, medoid, min, percentile, std, sum, trend, where, with
return process {
  run = function(tile, input, p)
    return input.scenes:read()
  end,
}
