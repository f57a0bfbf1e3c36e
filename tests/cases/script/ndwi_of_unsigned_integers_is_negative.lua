--! expect band1: -0.428571 - -0.429379 -0.429775 -0.430168 -0.430556 -0.430939 -0.431319 -0.431694 -0.432065 -0.432432 -0.432796
return process {
  run = function(tile, input, p)
    return spectral.ndwi(input.image:read())
  end,
}
