--! expect feature 1: Point 0 0 0 0 a=1
return process {
  run = function(tile, input, p)
    return vector.feature(vector.point(tile.bounds.left, tile.bounds.top), { a = 1, b = 0 / 0, c = math.huge })
  end,
}
