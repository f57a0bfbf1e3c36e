--! expect error: array_method_on_a_raster.lua:4: 'lt' is a method of arrays, not of rasters: choose a band, as in r.red:lt(...)
return process {
  run = function(tile, input, p)
    return input.image:read():lt(40)
  end,
}
