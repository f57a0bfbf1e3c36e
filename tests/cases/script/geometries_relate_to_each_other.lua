--! expect empty
return process {
  run = function(tile, input, p)
    local a, b, c = vector.box(0, 0, 4, 4), vector.box(2, 2, 6, 6), vector.box(1, 1, 2, 2)
    local beside = vector.box(4, 0, 8, 4)
    for _ = 1, 10 do
      assert(a:intersects(b) and not c:intersects(beside) and c:disjoint(beside))
      assert(a:contains(c) and c:within(a) and not a:within(c) and not a:contains(b))
      assert(a:touches(beside) and a:overlaps(b) and a:equals(vector.box(0, 0, 4, 4)))
      assert(vector.line { { -1, 1 }, { 5, 1 } }:crosses(a) and a:intersects(vector.feature(b)))
    end
  end,
}
