--! expect error: an_optional_input_that_is_missing.lua:5: attempt to index field 'mask' (a nil value)
return process {
  inputs = { image = 'raster', mask = 'raster?' },
  run = function(tile, input)
    return input.mask:read()
  end,
}
