--! expect band1: 100 - 102 103 104 105 106 107 108 109 110 111
return process {
  inputs = { image = 'raster', dem = 'raster', scenes = 'stack', mask = 'raster?' },
  run = function(tile, input)
    assert(input.mask == nil)
    return input.image.red
  end,
}
