--! expect error: margin_function_with_an_unknown_parameter.lua:6: no parameter 'radios'; did you mean 'radius'? (known: radius)
return process {
  inputs = { image = 'raster' },
  params = { radius = 3 },
  margin = function(p)
    return p.radios
  end,
  run = function(tile, input, p) end,
}
