--! expect error: property_asked_of_the_feature.lua:4: a feature has no field 'name'; its properties are in f.properties.name
return process {
  run = function(tile, input, p)
    return input.fields:features()[1].name
  end,
}
