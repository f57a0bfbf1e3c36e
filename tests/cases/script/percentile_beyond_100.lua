--! expect error: percentile_beyond_100.lua:4: percentile: 101 is not between 0 and 100
return process {
  run = function(tile, input, p)
    return input.image.red * input.image.red:percentile(101)
  end,
}
