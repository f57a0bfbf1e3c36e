--! expect error: rasterize_an_unknown_property.lua:4: no property 'yeild'; did you mean 'yield'? (known: crop, name, organic, yield)
return process {
  run = function(tile, input, p)
    return vector.rasterize(input.fields:features(), { value = 'yeild' })
  end,
}
