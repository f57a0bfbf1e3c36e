--! expect error: raster_of_with_too_few_names.lua:4: raster.of: 1 names for 2 bands
return process {
  run = function(tile, input, p)
    return raster.of({ 'a' }, { input.image.red, input.image.nir })
  end,
}
