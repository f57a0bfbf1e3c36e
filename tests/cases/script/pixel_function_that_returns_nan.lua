--! expect a: - - 1 1 1 1 1 1 1 1 1 1
return process {
  run = function(tile, input, p)
    return input.image:read():map({ 'red' }, { 'a' }, function(red)
      return (red - 100) / (red - 100)
    end)
  end,
}
