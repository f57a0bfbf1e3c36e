--! expect error: method_of_a_raster_on_a_stack_of_a_group.lua:4: input 'extra.inner.scenes' is a stack, which has no method 'read'; it has: bands, best_by, between, count, each, fill_gaps, filter, first, last, map, max, mean, median, medoid, min, percentile, std, sum, trend, where, with
return process {
  run = function(tile, input, p)
    return input.extra.inner.scenes:read()
  end,
}
