--! expect error: unknown_method_of_a_geometry.lua:4: a geometry has no method 'centriod'; did you mean 'centroid'?
return process {
  run = function(tile, input, p)
    return vector.box(0, 0, 1, 1):centriod()
  end,
}
