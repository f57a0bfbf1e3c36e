--! expect features: 1
--! expect feature 1: LineString 0 0 4 3 n=1
return process {
  run = function(tile, input, p)
    local b = tile.bounds
    return vector.feature(vector.line { { b.left, b.top }, { b.right, b.bottom } }, { n = 1 })
  end,
}
