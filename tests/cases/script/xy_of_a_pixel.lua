--! expect empty
return process {
  run = function(tile, input, p)
    local x, y = tile:xy(0, 0)
    local function is(a, b) return math.abs(a - b) < 1e-6 end
    assert(is(x, tile.bounds.left + tile.pixel_width / 2) and is(y, tile.bounds.top - tile.pixel_height / 2))
    x, y = tile:xy(tile.width - 0.5, tile.height - 0.5)
    assert(is(x, tile.bounds.right) and is(y, tile.bounds.bottom))
  end,
}
