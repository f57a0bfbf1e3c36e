--! expect error: ndvi_without_its_band.lua:4: ndvi: no band 'nir'; this raster has: elevation; other names are given as in { bands = { nir = 'elevation' } }
return process {
  run = function(tile, input, p)
    return spectral.ndvi(input.dem:read())
  end,
}
