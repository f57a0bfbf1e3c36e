--! expect empty
return process {
  run = function(tile, input, p)
    local a, b = vector.box(0, 0, 4, 4), vector.box(2, 2, 6, 6)
    assert(a:union(b):area() == 28 and a:intersection(b):area() == 4 and a:difference(b):area() == 12)
    assert(a:symmetric_difference(b):area() == 24 and vector.union({ a, b, vector.feature(b) }):area() == 28)
    assert(vector.union({}).is_empty)
    assert(a:centroid():wkt() == 'POINT (2 2)' and a:convex_hull():equals(a) and a:boundary():length() == 16)
    local bow = vector.polygon { { 0, 0 }, { 2, 2 }, { 2, 0 }, { 0, 2 } }
    assert(bow:make_valid():area() == 2 and bow:make_valid().type == 'MultiPolygon')
    local line = vector.line { { 0, 0 }, { 10, 0 } }
    assert(math.abs(line:buffer(1, { cap = 'flat' }):area() - 20) < 1e-9)
    assert(math.abs(line:buffer(1, { cap = 'square' }):area() - 24) < 1e-9)
    assert(math.abs(line:buffer(1):area() - 20 - 16 * math.sin(math.pi / 16)) < 1e-9)
    assert(math.abs(vector.point(0, 0):buffer(2, { segments = 1 }):area() - 8) < 1e-9)
    assert(a:buffer(-1):area() == 4 and a:buffer(-3).is_empty)
    assert(vector.line { { 0, 0 }, { 1, 0.1 }, { 2, 0 } }:simplify(0.2):wkt() == 'LINESTRING (0 0, 2 0)')
  end,
}
