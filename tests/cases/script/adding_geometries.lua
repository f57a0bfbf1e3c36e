--! expect error: adding_geometries.lua:4: '+' needs numbers and arrays; geometries are joined with a:union(b), and cut with a:intersection(b) and a:difference(b)
return process {
  run = function(tile, input, p)
    return vector.point(1, 2) + vector.point(1, 2)
  end,
}
