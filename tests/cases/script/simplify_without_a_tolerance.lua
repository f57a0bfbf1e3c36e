--! expect error: simplify_without_a_tolerance.lua:4: simplify needs a tolerance in units of the CRS, as in g:simplify(10), not nil
return process {
  run = function(tile, input, p)
    return vector.box(0, 0, 1, 1):simplify()
  end,
}
