--- Makes polygons of connected pixels of equal value. They end at the edges of the tiles.
return process {
  inputs = { image = 'raster' },
  any_input_name = true, -- whatever the configuration calls it
  params = {
    band = param.any,    -- by name or number; by default the first
    field = 'value',     -- the property that holds the value
    connectedness = 4,   -- 8: pixels that touch at a corner are connected, too
  },

  run = function(tile, input, p)
    local band = input.image:read(p.band or 1)[1]
    return band:polygonize { field = p.field, connectedness = p.connectedness }
  end,
}
