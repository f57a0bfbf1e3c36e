--! expect error: writing_into_a_geometry.lua:4: a geometry cannot be changed: make a new one, as in g:buffer(100)
return process {
  run = function(tile, input, p)
    vector.point(1, 2).x = 5
  end,
}
