--! expect error: buffer_by_infinity.lua:4: buffer needs a distance in units of the CRS, as in g:buffer(100), not inf
return process {
  run = function(tile, input, p)
    return vector.box(0, 0, 1, 1):buffer(math.huge)
  end,
}
