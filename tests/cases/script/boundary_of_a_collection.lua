--! expect error: boundary_of_a_collection.lua:4: boundary: Operation not supported by GeometryCollection
return process {
  run = function(tile, input, p)
    return vector.wkt('GEOMETRYCOLLECTION (POINT (1 1))'):boundary()
  end,
}
