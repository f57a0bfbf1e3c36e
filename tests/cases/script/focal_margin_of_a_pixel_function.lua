--! expect error: focal_margin_of_a_pixel_function.lua:6: erode needs 9 pixels around the tile (2 of its own, 7 of what it is given), but the configuration gives 8: write 'pixelbuffer: 9' under 'pyramid:' in the YAML, and 'margin = 9' in process { } so that this is checked before the first tile
return process {
  run = function(tile, input, p)
    local least = input.image:read { 'red' }:min_filter(7)
    local odd = least:map({ 'red' }, { 'odd' }, function(red) return red % 2 end)
    return odd.odd:erode(2)
  end,
}
