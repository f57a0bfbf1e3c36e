--! expect error: raster_of_with_a_name_twice.lua:4: raster.of: two bands are named 'a'
return process {
  run = function(tile, input, p)
    return raster.of({ 'a', 'a' }, { input.image.red, input.image.nir })
  end,
}
