--! expect band1: 100 - 102 103 104 105 106 107 108 109 110 111
return process {
  run = function(tile, input, p)
    assert(tile.id == '5/9/17' and tile.zoom == 5 and tile.row == 9 and tile.col == 17)
    assert(tile.width == 4 and tile.height == 3 and tile.crs == 'EPSG:3857')
    assert(math.abs(tile.bounds.right - tile.bounds.left - 4 * tile.pixel_size) < 1e-6)
    assert(tile.bounds.left < tile.bounds.right and tile.bounds.bottom < tile.bounds.top)
    return input.image.red
  end,
}
