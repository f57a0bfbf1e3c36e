--! expect error: margin_that_is_negative.lua:4: margin must be a whole number of pixels of at least 0, or a function of the parameters, not -1
return process {
  inputs = { image = 'raster' },
  margin = -1,
  run = function(tile, input, p) end,
}
