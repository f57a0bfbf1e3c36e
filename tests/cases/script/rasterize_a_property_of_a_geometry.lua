--! expect error: rasterize_a_property_of_a_geometry.lua:4: vector.rasterize: item 1 has no properties, and so no 'n'
return process {
  run = function(tile, input, p)
    return vector.rasterize(vector.box(tile.bounds), { value = 'n' })
  end,
}
