--! expect error: point_without_y.lua:4: vector.point needs coordinates, not nil
return process {
  run = function(tile, input, p)
    return vector.point(5)
  end,
}
