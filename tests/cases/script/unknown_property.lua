--! expect error: unknown_property.lua:4: no property 'corp'; did you mean 'crop'? (known: crop, name, organic, yield)
return process {
  run = function(tile, input, p)
    return input.fields:features()[1].properties.corp
  end,
}
