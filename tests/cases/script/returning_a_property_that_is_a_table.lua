--! expect error: returning_a_property_that_is_a_table.lua: property 'a' of feature 1 is a table; properties are texts, numbers and booleans
return process {
  run = function(tile, input, p)
    return { vector.feature(vector.point(1, 2), { a = {} }) }
  end,
}
