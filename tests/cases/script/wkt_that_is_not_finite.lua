--! expect error: wkt_that_is_not_finite.lua:4: cannot read the geometry: a coordinate is not finite
return process {
  run = function(tile, input, p)
    return vector.wkt 'POINT (nan 1)'
  end,
}
