--! expect band1: 100 - 102 100.75 101 101.25 101.5 101.75 102 102.25 102.5 102.75
-- Weight 1 for the pixel's number + 100, weight 3 for 100; nodata of the weight leaves the item out.
return process {
  run = function(tile, input, p)
    local red = input.image.red
    local three = input.dem.elevation * 0 + 3
    return raster.mean({ red, red * 0 + 100 }, { weights = { 1, three } })
  end,
}
