--! expect error: ndvi_with_a_scale.lua:4: ndvi: unknown option 'scale'; known: bands
return process {
  run = function(tile, input, p)
    return spectral.ndvi(input.image:read(), { scale = 10000 })
  end,
}
