--! expect error: features_of_a_raster_input.lua:4: input 'dem' is a raster, which has no method 'features'; it has: bands, read
return process {
  run = function(tile, input, p)
    return input.dem:features()
  end,
}
