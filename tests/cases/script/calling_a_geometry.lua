--! expect error: calling_a_geometry.lua:4: a geometry is not callable
return process {
  run = function(tile, input, p)
    return vector.point(1, 2)()
  end,
}
