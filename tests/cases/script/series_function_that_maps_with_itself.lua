--! expect x: 200 101 102 103 104 105 106 107 108 109 110 111
return process {
  run = function(tile, input, p)
    local depth, first = 0, nil
    function first(at, n)
      if depth < 2 then
        depth = depth + 1
        assert(input.scenes:map({ 'red' }, { 'x' }, first).x:count() == 12)
      end
      return at.red[1]
    end
    return input.scenes:map({ 'red' }, { 'x' }, first)
  end,
}
