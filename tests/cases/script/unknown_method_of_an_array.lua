--! expect error: unknown_method_of_an_array.lua:4: an array has no method 'wher'; did you mean 'where'? (known: abs, as, both, clip, count, dtype, either, eq, exp, fill, floor, ge, get, gt, height, in_, le, log, lt, max, mean, min, ne, negate, round, sqrt, std, where, width)
return process {
  run = function(tile, input, p)
    return input.image.red:wher(1)
  end,
}
