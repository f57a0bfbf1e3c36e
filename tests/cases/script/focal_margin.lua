--! expect error: focal_margin.lua:5: gaussian needs 12 pixels around the tile, but the configuration gives 8: write 'pixelbuffer: 12' under 'pyramid:' in the YAML, and 'margin = 12' in process { } so that this is checked before the first tile
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:gaussian(3)
  end,
}
