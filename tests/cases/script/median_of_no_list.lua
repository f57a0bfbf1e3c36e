--! expect error: median_of_no_list.lua:4: raster.median needs a list of rasters or arrays, not a raster
return process {
  run = function(tile, input, p)
    return raster.median(input.image:read())
  end,
}
