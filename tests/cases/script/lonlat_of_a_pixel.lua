--! expect empty
return process {
  run = function(tile, input, p)
    local x, y = tile:xy(1, 2)
    local lon, lat = tile:lonlat(1, 2)
    assert(lon == x / 1e5 and lat == y / 1e5)
    local none, neither = tile:lonlat(0, -1e9)
    assert(none == nil and neither == nil)
  end,
}
