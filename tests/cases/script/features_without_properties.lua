--! expect feature 1: Polygon 0 0 4 3
return process {
  run = function(tile, input, p)
    return { vector.feature(vector.box(tile.bounds)) }
  end,
}
