--! expect error: buffer_without_a_distance.lua:4: buffer needs a distance in units of the CRS, as in g:buffer(100), not nil
return process {
  run = function(tile, input, p)
    return vector.box(0, 0, 1, 1):buffer()
  end,
}
