--! expect error: focal_margin_in_pcall.lua:5: min_filter needs 9 pixels around the tile, but the configuration gives 8: write 'pixelbuffer: 9' under 'pyramid:' in the YAML, and 'margin = 9' in process { } so that this is checked before the first tile
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    pcall(function() return red:min_filter(9) end) return red
  end,
}
