--! expect error: trend_of_arrays_without_times.lua:4: raster.trend: item 1 has no date; give a number for each, as in { times = { 0, 1, 2.5 } }
return process {
  run = function(tile, input, p)
    return raster.trend { input.image.red, input.image.nir }
  end,
}
