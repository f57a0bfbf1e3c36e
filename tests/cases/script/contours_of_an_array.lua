--! expect features: 2
--! expect feature 2: LineString 0 3 4 3 elev=110
return process {
  run = function(tile, input, p)
    return input.dem.elevation:contours { interval = 100, base = 10, field = 'elev' }
  end,
}
