--! expect error: unknown_resampling.lua:4: unknown resampling 'bilinaer'; did you mean 'bilinear'? (known: nearest, bilinear, cubic, cubic_spline, lanczos, average, mode, min, max, med, q1, q3, sum, rms)
return process {
  run = function(tile, input, p)
    return input.image:read(nil, { resampling = 'bilinaer' })
  end,
}
