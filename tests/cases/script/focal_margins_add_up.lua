--! expect error: focal_margins_add_up.lua:5: dilate needs 9 pixels around the tile (4 of its own, 5 of what it is given), but the configuration gives 8: write 'pixelbuffer: 9' under 'pyramid:' in the YAML, and 'margin = 9' in process { } so that this is checked before the first tile
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:mean_filter(5):gt(3):dilate(4)
  end,
}
