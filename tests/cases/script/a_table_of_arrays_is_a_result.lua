--! expect names: nir red
--! expect red: 100 - 102 103 104 105 106 107 108 109 110 111
return process {
  run = function(tile, input, p)
    return { red = input.image.red, nir = input.image.nir }
  end,
}
