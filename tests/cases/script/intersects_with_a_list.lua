--! expect error: intersects_with_a_list.lua:5: intersects needs a geometry or a feature, not a table
return process {
  run = function(tile, input, p)
    local fields = input.fields:features()
    return vector.box(0, 0, 1, 1):intersects(fields)
  end,
}
