--! expect band1: 2 2 1 1 2 2 1 1 1 1 1 1
return process {
  run = function(tile, input, p)
    local west = input.fields:features()[1].geometry
    return vector.rasterize({ vector.feature(vector.box(tile.bounds), { n = 1 }), vector.feature(west, { n = 2 }) }, { value = 'n' })
  end,
}
