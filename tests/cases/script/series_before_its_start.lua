--! expect error: series_before_its_start.lua:5: there is no observation 0: this pixel has 2, counted from 1
return process {
  run = function(tile, input, p)
    return input.scenes:map({ 'red' }, { 'a' }, function(at, n)
      return at.red[0]
    end)
  end,
}
