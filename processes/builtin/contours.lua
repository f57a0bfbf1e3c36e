--- Makes lines of equal height. A pixelbuffer of 1 joins them at the edges of the tiles.
return process {
  inputs = {
    dem = 'raster',   -- heights
    clip = 'vector?', -- polygons; lines are kept inside of them
  },
  params = {
    resampling = param.resampling, -- by default the input's own
    interval = 100,                -- between two lines
    base = 0,                      -- the height of one of them
    field = 'elev',                -- the property that holds the height
    clip_pixelbuffer = 0,          -- pixels by which the polygons grow
    band = param.any,              -- the band of the heights; by default the first
  },

  run = function(tile, input, p)
    local heights = input.dem:read(p.band or 1, { resampling = p.resampling })[1]
    local lines = heights:contours { interval = p.interval, base = p.base, field = p.field }
    if not input.clip then
      return lines
    end
    local area, inside = vector.union(input.clip:features()):buffer(p.clip_pixelbuffer * tile.pixel_size), {}
    for _, line in ipairs(lines) do
      line.geometry = line.geometry:intersection(area)
      if not line.geometry.is_empty then
        inside[#inside + 1] = line
      end
    end
    return inside
  end,
}
