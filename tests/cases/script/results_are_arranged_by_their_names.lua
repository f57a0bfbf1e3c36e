--! expect names: red nir
--! expect red: 100 - 102 103 104 105 106 107 108 109 110 111
return process {
  output = { bands = { 'red', 'nir' } },
  run = function(tile, input)
    return input.image:read { 'nir', 'red' }
  end,
}
