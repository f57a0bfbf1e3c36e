--! expect band1: 500 - 506 509 512 515 518 521 524 527 530 533
--! expect dtype band1: uint16
return process {
  run = function(tile, input, p)
    return input.image.nir
  end,
}
