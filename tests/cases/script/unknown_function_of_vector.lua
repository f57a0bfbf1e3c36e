--! expect error: unknown_function_of_vector.lua:4: 'vector' has no function 'rasterise'; did you mean 'rasterize'? (known: box, feature, line, mask, point, polygon, rasterize, union, wkt)
return process {
  run = function(tile, input, p)
    return vector.rasterise(input.fields:features())
  end,
}
