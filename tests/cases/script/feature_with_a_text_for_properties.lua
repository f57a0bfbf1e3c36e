--! expect error: feature_with_a_text_for_properties.lua:4: vector.feature: properties are a table, as in { name = 'x' }, not 'x'
return process {
  run = function(tile, input, p)
    return vector.feature(vector.point(1, 2), 'x')
  end,
}
