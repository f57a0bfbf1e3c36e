--- Classes of terrain: 1 flat, 2 slopes, 3 steep, and 10 more of each above a height.
return process {
  inputs = { dem = 'raster', slope = 'raster' },
  params = {
    flat = 5,    -- degrees, less is flat
    steep = 30,  -- degrees, more is steep
    high = 1500, -- metres
  },
  output = { bands = { 'class' }, dtype = 'uint8', nodata = 0 },

  run = function(tile, input, p)
    local slope = input.slope:read()[1]
    local class = 1 + slope:ge(p.flat) + slope:gt(p.steep)
    return class + 10 * input.dem:read()[1]:gt(p.high)
  end,
}
