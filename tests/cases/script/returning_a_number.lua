--! expect error: returning_a_number.lua: run returned 3; it must return a raster, an array, a list of arrays or features, or nil
return process {
  run = function(tile, input, p)
    return 3
  end,
}
