--! expect error: ndvi_with_options_that_are_a_text.lua:4: ndvi: options are a table, as in { bands = ... }, not 'B08'
return process {
  run = function(tile, input, p)
    return spectral.ndvi(input.image:read(), 'B08')
  end,
}
