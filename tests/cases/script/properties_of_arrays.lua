--! expect band1: 19 - 19 19 19 19 19 19 19 19 19 19
return process {
  run = function(tile, input, p)
    local red = input.image.red
    assert(red.dtype == 'uint16' and type(red) == 'array' and tostring(red) == 'array 4 x 3 uint16')
    return red * 0 + red.width * red.height + 7
  end,
}
