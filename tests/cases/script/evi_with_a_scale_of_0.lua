--! expect error: evi_with_a_scale_of_0.lua:4: evi: scale is the number that stands for a reflectance of 1, as in { scale = 10000 }, not 0
return process {
  run = function(tile, input, p)
    return spectral.evi(input.image:read(), { scale = 0 })
  end,
}
