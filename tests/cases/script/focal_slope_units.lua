--! expect error: focal_slope_units.lua:5: slope: unknown units 'percents'; did you mean 'percent'? (known: degrees, percent)
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return dem:slope { units = 'percents' }
  end,
}
