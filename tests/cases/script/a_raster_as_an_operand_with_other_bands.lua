--! expect error: a_raster_as_an_operand_with_other_bands.lua:4: '-' needs rasters with the same number of bands, not 5 and 1
return process {
  run = function(tile, input, p)
    return input.image:read() - input.dem:read()
  end,
}
