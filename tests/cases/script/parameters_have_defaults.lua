--! expect band1: 40 - 40 40 40 40 40 40 40 40 40 40
return process {
  params = { limit = 40, name = 'x', list = { 1, 2 }, unset = param.any },
  run = function(tile, input, p)
    assert(p.name == 'x' and p.list[2] == 2 and p.unset == nil)
    return input.image.red * 0 + p.limit
  end,
}
