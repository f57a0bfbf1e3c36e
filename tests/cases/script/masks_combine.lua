--! expect band1: 1 - 0 0 1 1 0 0 0 1 1 1
return process {
  run = function(tile, input, p)
    local red = input.image.red
    local outside = red:ge(104):both(red:le(108)):negate():either(red:in_ { 104, 105 })
    return outside:where(outside):fill(0):as('uint8'):both(outside:either(red:eq(104))):where(red:ne(999)):both(red:gt(0)) * 1 - red:in_ { 102, 103 }
  end,
}
