--! expect error: focal_gaussian_option.lua:5: gaussian: unknown option 'truncate'; known: radius
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:gaussian(1, { truncate = 2 })
  end,
}
