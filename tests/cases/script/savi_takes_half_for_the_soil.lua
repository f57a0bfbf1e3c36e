--! expect a: 0.545455 - 0.546931 0.547662 0.548387 0.549107 0.549822 0.550532 0.551237 0.551937 0.552632 0.553322
--! expect b: 0.588235 - 0.588578 0.588747 0.588915 0.58908 0.589245 0.589408 0.589569 0.589729 0.589888 0.590045
--! expect ndvi: 0.666667 - 0.664474 0.663399 0.662338 0.66129 0.660256 0.659236 0.658228 0.657233 0.65625 0.65528
return process {
  run = function(tile, input, p)
    local r = input.image:read() / 1000
    return { a = spectral.savi(r), b = spectral.savi(r, { soil = 0.25 }), ndvi = spectral.savi(r, { soil = 0 }) }
  end,
}
