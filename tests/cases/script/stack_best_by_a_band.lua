--! expect red: 200 101 102 103 104 105 106 107 108 109 110 111
return process {
  run = function(tile, input, p)
    return input.scenes:best_by({ 'red' }, 'cloud', 'min')
  end,
}
