--! expect band1: 100 - 102 103 104 105 106 107 108 109 110 111
return process {
  run = function(tile, input, p)
    local a = math.random()
    math.randomseed(5 * 1e12 + 9 * 1e6 + 17)
    assert(math.random() == a)
    return input.image.red
  end,
}
