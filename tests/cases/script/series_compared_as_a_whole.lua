--! expect error: series_compared_as_a_whole.lua:5: attempt to compare 'number' with a series: its observations are numbers, as in at.red[1]
return process {
  run = function(tile, input, p)
    return input.scenes:map({ 'red' }, { 'x' }, function(at, n)
      return at.red > 40 and 1 or 0
    end)
  end,
}
