--! expect error: stack_percentile_beyond_100.lua:4: percentile needs a number from 0 to 100, as in 90, not 120
return process {
  run = function(tile, input, p)
    return input.scenes:percentile({ 'red' }, 120)
  end,
}
