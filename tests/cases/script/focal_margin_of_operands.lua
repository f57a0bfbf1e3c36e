--! expect error: focal_margin_of_operands.lua:5: erode needs 9 pixels around the tile (2 of its own, 7 of what it is given), but the configuration gives 8: write 'pixelbuffer: 9' under 'pyramid:' in the YAML, and 'margin = 9' in process { } so that this is checked before the first tile
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return (red:min_filter(7) + red:max_filter(3)):gt(0):erode(2)
  end,
}
