--! expect empty
return process {
  run = function(tile, input, p)
    return vector.rasterize(vector.feature(vector.box(tile.bounds), { n = 0 / 0 }), { value = 'n' })
  end,
}
