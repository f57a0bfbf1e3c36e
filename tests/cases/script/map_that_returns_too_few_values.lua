--! expect error: map_that_returns_too_few_values.lua:4: the function returned only 1 values; map needs one for each output band
return process {
  run = function(tile, input, p)
    return input.image:read():map({ 'red' }, { 'a', 'b' }, function(red)
      return red
    end)
  end,
}
