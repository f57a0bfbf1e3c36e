--! expect error: raster_where_without_a_mask.lua:4: raster.where needs an array, not true: 'not', 'and' and 'or' are Lua's own; masks have negate(), both(m) and either(m)
return process {
  run = function(tile, input, p)
    return raster.where(true, 1, 0)
  end,
}
