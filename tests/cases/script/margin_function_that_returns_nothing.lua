--! expect error: margin_function_that_returns_nothing.lua:5: margin returned nil; it must return a whole number of pixels of at least 0
return process {
  inputs = { image = 'raster' },
  params = { radius = 3 },
  margin = function(p)
    local radius = p.radius
  end,
  run = function(tile, input, p) end,
}
