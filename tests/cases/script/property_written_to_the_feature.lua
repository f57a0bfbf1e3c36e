--! expect error: property_written_to_the_feature.lua:4: a feature has no field 'name'; write f.properties.name = ...
return process {
  run = function(tile, input, p)
    input.fields:features()[1].name = 'x'
  end,
}
