--! expect error: map_that_returns_a_text.lua:4: the function returned a string; it must return a number for each of a, or nil for nodata
return process {
  run = function(tile, input, p)
    return input.image:read():map({ 'red' }, { 'a' }, function()
      return 'x'
    end)
  end,
}
