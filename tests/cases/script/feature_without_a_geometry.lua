--! expect error: feature_without_a_geometry.lua:4: vector.feature needs a geometry, as in vector.feature(g, { name = 'x' }), not a table
return process {
  run = function(tile, input, p)
    return vector.feature({ name = 'x' })
  end,
}
