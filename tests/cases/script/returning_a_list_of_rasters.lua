--! expect error: returning_a_list_of_rasters.lua: run returned a list whose item 1 is a raster, not an array
return process {
  run = function(tile, input, p)
    return { input.image:read() }
  end,
}
