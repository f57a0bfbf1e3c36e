--! expect error: focal_margin_of_sieve.lua:5: sieve needs 9 pixels around the tile, but the configuration gives 8: write 'pixelbuffer: 9' under 'pyramid:' in the YAML, and 'margin = 9' in process { } so that this is checked before the first tile
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:gt(3):sieve(5)
  end,
}
