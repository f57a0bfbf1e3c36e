--- Steep slopes within zones: polygons with the name of their zone, without the smallest ones.
return process {
  inputs = { dem = 'raster', zones = 'vector' },
  params = {
    steepest = 30, -- degrees
    least = 5,     -- pixels
  },

  run = function(tile, input, p)
    local steep = input.dem:read()[1]:slope():gt(p.steepest)
    local found = {}
    for _, zone in ipairs(input.zones:features()) do
      for _, part in ipairs(steep:clip(zone):polygonize { connectedness = 8 }) do
        if part.properties.value == 1 and part.geometry:area() >= p.least * tile.pixel_size ^ 2 then
          found[#found + 1] = vector.feature(part.geometry, { zone = zone.properties.name })
        end
      end
    end
    return found
  end,
}
