--! expect band1: 1 1 1 1 1 1 1 1 1 1 1 1
local everywhere = vector.box(-3e7, -3e7, 3e7, 3e7)
local part = everywhere:buffer(-1000)

return process {
  run = function(tile, input, p)
    assert(part:contains(vector.box(tile.bounds)) and everywhere:contains(part))
    return vector.mask(everywhere)
  end,
}
