--! expect error: point_of_nan.lua:4: vector.point needs coordinates, not nan
return process {
  run = function(tile, input, p)
    return vector.point(math.sqrt(-1) * -1, 0)
  end,
}
