--! expect error: returning_features_without_geometry.lua: run returned a list whose item 1 has no geometry
return process {
  run = function(tile, input, p)
    return { { properties = { name = 'x' } } }
  end,
}
