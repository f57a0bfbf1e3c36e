--! expect empty
return process {
  run = function(tile, input, p)
    local function shown(value)
      if type(value) ~= 'table' then
        return tostring(value)
      end
      local parts = {}
      for i, item in ipairs(value) do
        parts[i] = shown(item)
      end
      return '[' .. table.concat(parts, ' ') .. ']'
    end
    assert(shown(vector.point(0.1, -2):coordinates()) == '[0.1 -2]')
    assert(shown(vector.line { { 1, 2 }, { 3, 4 } }:coordinates()) == '[[1 2] [3 4]]')
    assert(shown(vector.polygon { { 0, 0 }, { 1, 0 }, { 1, 1 } }:coordinates()) == '[[[0 0] [1 0] [1 1] [0 0]]]')
    assert(shown(vector.wkt('MULTIPOINT (1 2, 3 4)'):coordinates()) == '[[1 2] [3 4]]')
    assert(shown(vector.wkt('MULTILINESTRING ((1 2, 3 4), (5 6, 7 8))'):coordinates()) == '[[[1 2] [3 4]] [[5 6] [7 8]]]')
    assert(shown(vector.wkt('MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))'):coordinates()) == '[[[[0 0] [1 0] [1 1] [0 0]]]]')
    assert(shown(vector.wkt('POLYGON EMPTY'):coordinates()) == '[]')
    assert(shown(vector.point(1e-7, 123456.789012345678):coordinates()) == shown { 1e-7, 123456.789012345678 })
  end,
}
