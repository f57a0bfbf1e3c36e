--! expect error: comparing_geometries_with_less.lua:4: geometries have no order: compare numbers, as in a:area() < b:area()
return process {
  run = function(tile, input, p)
    return vector.point(1, 2) < vector.point(1, 2)
  end,
}
