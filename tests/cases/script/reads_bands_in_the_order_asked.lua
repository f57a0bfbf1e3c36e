--! expect names: nir red
--! expect red: 100 - 102 103 104 105 106 107 108 109 110 111
return process {
  run = function(tile, input, p)
    return input.image:read { 'nir', 'red' }
  end,
}
