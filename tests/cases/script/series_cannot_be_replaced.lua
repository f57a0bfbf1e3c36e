--! expect error: series_cannot_be_replaced.lua:5: observations cannot be changed
return process {
  run = function(tile, input, p)
    return input.scenes:map({ 'red' }, { 'x' }, function(at, n)
      at.red = { 1, 2 }
      return at.red[1]
    end)
  end,
}
