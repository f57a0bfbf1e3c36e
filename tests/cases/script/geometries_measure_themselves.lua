--! expect empty
return process {
  run = function(tile, input, p)
    local square, line = vector.box(0, 0, 4, 3), vector.line { { 0, 0 }, { 3, 4 } }
    assert(square:area() == 12 and square:length() == 14 and line:length() == 5 and line:area() == 0)
    assert(square.type == 'Polygon' and line.type == 'LineString' and vector.point(1, 2).type == 'Point')
    assert(square.bounds.left == 0 and square.bounds.top == 3 and vector.wkt('POINT EMPTY').bounds == nil)
    assert(square.is_valid and not square.is_empty and vector.wkt('POLYGON EMPTY').is_empty)
    assert(not vector.polygon { { 0, 0 }, { 2, 2 }, { 2, 0 }, { 0, 2 } }.is_valid)
    assert(square:distance(vector.point(7, 7)) == 5 and square:distance(vector.wkt 'POINT EMPTY') == nil)
    assert(vector.polygon({ { 0, 0 }, { 4, 0 }, { 4, 3 }, { 0, 3 } }, { { { 1, 1 }, { 2, 1 }, { 2, 2 } } }):area() == 11.5)
  end,
}
