--! expect error: series_beyond_its_end.lua:5: there is no observation 3: this pixel has 2, counted from 1
return process {
  run = function(tile, input, p)
    return input.scenes:map({ 'red' }, { 'a' }, function(at, n)
      return at.red[n + 1]
    end)
  end,
}
