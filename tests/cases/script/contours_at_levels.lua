--! expect features: 3
--! expect feature 3: LineString 0 3 4 3 value=7
return process {
  run = function(tile, input, p)
    return input.dem.elevation:contours { levels = { 2, 3, 7 } }
  end,
}
