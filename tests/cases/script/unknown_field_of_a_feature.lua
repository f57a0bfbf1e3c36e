--! expect error: unknown_field_of_a_feature.lua:4: a feature has no field 'geom'; known: geometry, properties
return process {
  run = function(tile, input, p)
    return input.fields:features()[1].geom
  end,
}
