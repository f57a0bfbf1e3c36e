--! expect error: unknown_parameter.lua:5: no parameter 'cloud_mx'; did you mean 'cloud_max'? (known: cloud_max, mode)
return process {
  params = { cloud_max = 40, mode = 'x' },
  run = function(tile, input, p)
    return input.image.red * p.cloud_mx
  end,
}
