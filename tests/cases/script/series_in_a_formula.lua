--! expect error: series_in_a_formula.lua:5: attempt to perform arithmetic on a series and 'number': its observations are numbers, as in at.red[1]
return process {
  run = function(tile, input, p)
    return input.scenes:map({ 'red' }, { 'x' }, function(at, n)
      return at.red * 2
    end)
  end,
}
