--! expect error: rasterize_a_boolean.lua:4: vector.rasterize: value is a number or the name of a property, not true
return process {
  run = function(tile, input, p)
    return vector.rasterize(input.fields:features(), { value = true })
  end,
}
