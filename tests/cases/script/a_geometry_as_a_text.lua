--! expect error: a_geometry_as_a_text.lua:4: a geometry is no text: write g:wkt()
return process {
  run = function(tile, input, p)
    return 'at ' .. vector.point(1, 2)
  end,
}
