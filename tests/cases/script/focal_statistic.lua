--! expect error: focal_statistic.lua:5: resample: unknown statistic 'mean'; did you mean 'min'? (known: average, sum, min, max, med, mode)
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:resample(2, 'mean')
  end,
}
