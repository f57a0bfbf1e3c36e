--! expect features: 3
--! expect feature 3: Polygon 0 2 4 3 red=108
return process {
  run = function(tile, input, p)
    return input.image.red:polygonize { connectedness = 8, field = 'red' }
  end,
}
