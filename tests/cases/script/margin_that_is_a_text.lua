--! expect error: margin_that_is_a_text.lua:4: margin must be a whole number of pixels of at least 0, or a function of the parameters, not '3'
return process {
  inputs = { image = 'raster' },
  margin = '3',
  run = function(tile, input, p) end,
}
