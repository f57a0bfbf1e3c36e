--! expect band1: 4 - 4 4 4 4 4 4 4 4 4 4
--! param gain = 4
return process {
  params = {
    gain = param.range { min = 0, max = 4, default = 1 },
    least = param.range { min = -2 },
  },
  run = function(tile, input, p)
    assert(p.least == nil)
    return input.image.red * 0 + p.gain
  end,
}
