--! expect feature 1: Point 0 0 0 0 n=1
return process {
  run = function(tile, input, p)
    return { { geometry = vector.point(tile.bounds.left, tile.bounds.top), properties = { n = 1 } } }
  end,
}
