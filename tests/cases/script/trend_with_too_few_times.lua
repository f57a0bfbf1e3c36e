--! expect error: trend_with_too_few_times.lua:4: raster.trend: 1 times for 2 items
return process {
  run = function(tile, input, p)
    return raster.trend({ input.image.red, input.image.nir }, { times = { 1 } })
  end,
}
