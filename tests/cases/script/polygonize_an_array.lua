--! expect features: 11
--! expect feature 2: Polygon 2 0 3 1 value=102
return process {
  run = function(tile, input, p)
    return input.image.red:polygonize()
  end,
}
