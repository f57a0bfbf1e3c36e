--! expect error: intersects_with_a_number.lua:4: intersects needs a geometry or a feature, not 3
return process {
  run = function(tile, input, p)
    return vector.box(0, 0, 1, 1):intersects(3)
  end,
}
