--! expect error: length_of_a_geometry.lua:4: a geometry has no length in #; use g:length() for that of a line
return process {
  run = function(tile, input, p)
    return #vector.point(1, 2)
  end,
}
