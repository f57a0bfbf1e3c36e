--! expect error: median_of_numbers.lua:4: raster.median needs a list of rasters or arrays; item 1 is 3
return process {
  run = function(tile, input, p)
    return raster.median { 3, 4 }
  end,
}
