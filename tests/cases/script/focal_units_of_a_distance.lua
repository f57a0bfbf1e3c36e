--! expect error: focal_units_of_a_distance.lua:5: distance: unknown units 'metres'; known: pixels, crs
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:distance(3, { units = 'metres' })
  end,
}
