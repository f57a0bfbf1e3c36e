--! expect features: 1
--! expect feature 1: Polygon 2 2 3 3 crop=wheat name=south
return process {
  run = function(tile, input, p)
    local west = input.fields:features()[1].geometry
    local result = {}
    for _, field in ipairs(input.fields:features { clip = true }) do
      if field.properties.crop == 'wheat' then
        field.geometry = field.geometry:difference(west)
        result[#result + 1] = field
      end
    end
    return result
  end,
}
