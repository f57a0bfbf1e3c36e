--! expect band1: 449.25 - 449.25 449.25 449.25 449.25 449.25 449.25 449.25 449.25 449.25 449.25
return process {
  run = function(tile, input, p)
    local red = input.image.red
    assert(red:get(1, 0) == nil and red:get(3, 1) == 107)
    assert(red:where(red:gt(999)):mean() == nil)
    assert(math.abs(red:std() - 3.315379) < 1e-4)
    local sum = red:min() + red:max() + red:count() + math.floor(red:mean() * 4) / 4 + 121.5
    return red * 0 + sum
  end,
}
