--! expect error: comparing_geometries_with_equals.lua:4: geometries are compared with a:equals(b), not a == b
return process {
  run = function(tile, input, p)
    if vector.point(1, 2) == vector.point(1, 2) then
      return {}
    end
  end,
}
