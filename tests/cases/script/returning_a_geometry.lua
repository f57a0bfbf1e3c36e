--! expect error: returning_a_geometry.lua: run returned a geometry; give it properties, as in vector.feature(g, { name = 'x' })
return process {
  run = function(tile, input, p)
    return vector.point(1, 2)
  end,
}
