--! expect band1: 100 - 103 103 104 105 106 107 108 109 110 111
-- Pixel 2 is masked in the middle: a quarter of the way from 102 to 106.
return process {
  run = function(tile, input, p)
    local red = input.image.red
    local holes = red:where(red:ne(102))
    return raster.fill_gaps({ red, red + 4, holes }, { times = { 0, 4, 1 } })[3]
  end,
}
