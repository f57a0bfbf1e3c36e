--! expect error: coordinates_of_a_collection.lua:4: coordinates: a GeometryCollection mixes points, lines and polygons, and has no coordinates of its own
return process {
  run = function(tile, input, p)
    return vector.wkt('GEOMETRYCOLLECTION (POINT (1 1))'):coordinates()
  end,
}
