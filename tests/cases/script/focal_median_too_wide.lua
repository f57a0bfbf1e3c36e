--! expect error: focal_median_too_wide.lua:5: median_filter: the radius is at most 127 pixels, not 128
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:median_filter(128)
  end,
}
