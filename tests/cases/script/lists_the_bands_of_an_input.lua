--! expect band1: 105 - 107 108 109 110 111 112 113 114 115 116
return process {
  run = function(tile, input, p)
    return input.image.red + #input.image:bands()
  end,
}
