--! expect error: area_with_a_dot.lua:4: 'area' is a method of geometries: write g:area(...), with a colon
return process {
  run = function(tile, input, p)
    return vector.box(0, 0, 1, 1).area()
  end,
}
