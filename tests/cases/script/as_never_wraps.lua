--! expect band1: 255 - 255 255 255 255 255 255 255 255 255 255
return process {
  run = function(tile, input, p)
    return input.image.nir:as('uint8')
  end,
}
