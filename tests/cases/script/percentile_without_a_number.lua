--! expect error: percentile_without_a_number.lua:4: percentile needs a number, not nil
return process {
  run = function(tile, input, p)
    return input.image.red:percentile()
  end,
}
