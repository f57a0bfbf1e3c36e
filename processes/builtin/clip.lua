--- Keeps an image where polygons are; all around them becomes nodata.
return process {
  inputs = {
    inp = 'raster',  -- the image
    clip = 'vector', -- the polygons
  },
  params = {
    resampling = param.resampling, -- by default the input's own
    band_indexes = param.any,      -- bands to keep, by number (from 1) or name, in this order
    clip_pixelbuffer = 0,          -- pixels by which the polygons grow, or shrink below 0
    invert = false,                -- keeps what is outside instead
  },

  run = function(tile, input, p)
    local polygons = input.clip:features()
    if #polygons == 0 and not p.invert then
      return nil
    end
    if p.clip_pixelbuffer ~= 0 then
      for i, polygon in ipairs(polygons) do
        polygons[i] = polygon.geometry:buffer(p.clip_pixelbuffer * tile.pixel_size)
      end
    end
    local image = input.inp:read(p.band_indexes, { resampling = p.resampling })
    return image:clip(polygons, { invert = p.invert })
  end,
}
