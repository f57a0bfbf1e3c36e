--! expect slope: 5 - 5 5 5 5 5 5 5 5 5 5
--! expect intercept: 95 - 97 98 99 100 101 102 103 104 105 106
--! expect r2: 1 - 1 1 1 1 1 1 1 1 1 1
return process {
  run = function(tile, input, p)
    local red = input.image.red
    return raster.trend({ red, red + 5, red + 15 }, { times = { 1, 2, 4 } })
  end,
}
