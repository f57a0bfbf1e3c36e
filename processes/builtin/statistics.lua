--- Gives features the statistics of the pixels inside of them: count, min, max, mean, std and sum.
--- A feature that lies in several tiles has in each of them the statistics of its part there; counts and sums add up.
return process {
  inputs = {
    features = 'vector', -- polygons; their properties are kept
    values = 'raster',   -- what the statistics are of
  },
  params = {
    band = param.any,      -- by name or number; by default the first
    all_touched = false,   -- also pixels that a feature only touches
    prefix = '',           -- of the names of the new properties
  },

  run = function(tile, input, p)
    local band, result = input.values:read(p.band or 1)[1], {}
    for _, feature in ipairs(input.features:features { clip = true }) do
      local pixels = band:clip(feature, { all_touched = p.all_touched })
      local count = pixels:count()
      if count > 0 then
        local properties = feature.properties
        for _, name in ipairs { 'min', 'max', 'mean', 'std' } do
          properties[p.prefix .. name] = pixels[name](pixels)
        end
        properties[p.prefix .. 'count'] = count
        properties[p.prefix .. 'sum'] = properties[p.prefix .. 'mean'] * count
        result[#result + 1] = feature
      end
    end
    return result
  end,
}
