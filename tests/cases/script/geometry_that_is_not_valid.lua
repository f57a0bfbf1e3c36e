--! expect error: geometry_that_is_not_valid.lua:5: intersection: a geometry is not valid (Self-intersection at 1 1): mend it first, with g:make_valid()
return process {
  run = function(tile, input, p)
    local bow = vector.polygon { { 0, 0 }, { 2, 2 }, { 2, 0 }, { 0, 2 } }
    return bow:intersection(vector.box(0, 0, 4, 4))
  end,
}
