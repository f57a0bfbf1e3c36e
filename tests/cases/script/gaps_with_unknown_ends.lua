--! expect error: gaps_with_unknown_ends.lua:4: fill_gaps: ends is 'nearest' or 'nodata', not 'extend'
return process {
  run = function(tile, input, p)
    return input.scenes:fill_gaps({ 'red' }, { ends = 'extend' })
  end,
}
