--! expect error: evi_of_integers_without_a_scale.lua:4: evi needs reflectances from 0 to 1, and the bands are uint16: say which number stands for 1, as in { scale = 10000 }
return process {
  run = function(tile, input, p)
    return spectral.evi(input.image:read())
  end,
}
