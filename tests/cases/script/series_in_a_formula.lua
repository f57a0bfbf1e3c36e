--! expect error: series_in_a_formula.lua:5: attempt to perform arithmetic on a series and 'number'
return process {
  run = function(tile, input, p)
    return input.scenes:map({ 'red' }, { 'x' }, function(at, n)
      return at.red * 2
    end)
  end,
}
