--! expect band1: 7 - 7 7 7 7 7 7 7 7 7 7
--! param limit = 7
--! param name = some
return process {
  params = { limit = 40, name = param.string },
  run = function(tile, input, p)
    assert(p.name == 'some')
    return input.image.red * 0 + p.limit
  end,
}
