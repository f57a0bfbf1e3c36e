--! expect error: polygonize_with_six_neighbours.lua:4: polygonize: connectedness is 4 or 8 neighbours, not 6
return process {
  run = function(tile, input, p)
    return input.image.red:polygonize { connectedness = 6 }
  end,
}
