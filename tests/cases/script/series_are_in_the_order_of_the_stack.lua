--! expect first: 200 101 102 103 104 105 106 107 108 109 110 111
return process {
  run = function(tile, input, p)
    return input.scenes:map({ 'red', 'nir' }, { 'first' }, function(at)
      return at.red[1]
    end)
  end,
}
