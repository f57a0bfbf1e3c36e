--! expect error: savi_with_a_soil_that_is_a_text.lua:4: savi: soil needs a number, not 'bare'
return process {
  run = function(tile, input, p)
    return spectral.savi(input.image:read() / 10000, { soil = 'bare' })
  end,
}
