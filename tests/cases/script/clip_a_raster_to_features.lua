--! expect red: 100 - - - 104 105 - 107 - - 110 111
--! expect nir: 500 - - - 512 515 - 521 - - 530 533
return process {
  run = function(tile, input, p)
    return input.image:read({ 'red', 'nir' }):clip(input.fields:features())
  end,
}
