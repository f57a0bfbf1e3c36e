--! expect error: comparing_a_raster_with_less.lua:4: attempt to compare table with number: a raster's bands are compared one by one, as in r.red:lt(40); `<` would give true or false, not a mask
return process {
  run = function(tile, input, p)
    return input.image:read() < 40
  end,
}
