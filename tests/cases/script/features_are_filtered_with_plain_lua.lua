--! expect features: 1
--! expect feature 1: Polygon 0 0 2 2 area=4
return process {
  run = function(tile, input, p)
    local result = {}
    for _, field in ipairs(input.fields:features()) do
      if field.properties.crop == 'wheat' and field.properties.yield then
        local pixels = field.geometry:area() / tile.pixel_size ^ 2
        result[#result + 1] = vector.feature(field.geometry, { area = math.floor(pixels + 0.5) })
      end
    end
    return result
  end,
}
