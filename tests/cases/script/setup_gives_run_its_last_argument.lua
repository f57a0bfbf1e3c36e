--! expect red: 105 105 107 108 109 110 111 112 113 114 115 116
return process {
  params = { plus = 5 },
  setup = function(p, prepared)
    assert(prepared == nil)
    return { add = function(array) return array + p.plus end }
  end,
  run = function(tile, input, p, ready)
    return raster.new { red = ready.add(input.image.red:fill(100)) }
  end,
}
