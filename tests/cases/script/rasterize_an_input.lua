--! expect error: rasterize_an_input.lua:4: vector.mask needs features, as in input.roads:features(), or geometries, not a table
return process {
  run = function(tile, input, p)
    return vector.rasterize(input.fields)
  end,
}
