--! expect band1: 0.666667 - 0.664474 0.663399 0.662338 0.66129 0.660256 0.659236 0.658228 0.657233 0.65625 0.65528
return process {
  run = function(tile, input, p)
    local r = input.image:read():rename { 'B04', 'B03', 'B02', 'B08', 'SCL' }
    return spectral.ndvi(r, { bands = { nir = 'B08', red = 1 } })
  end,
}
