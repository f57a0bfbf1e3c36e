--! expect n: 2 2 3 2 3 3 3 3 3 3 3 3
--! expect sum: 600 502 706 306 712 715 718 721 724 727 730 733
return process {
  run = function(tile, input, p)
    return input.scenes:map({ 'red' }, { 'n', 'sum' }, function(at, n)
      local sum = 0
      for i = 1, n do
        sum = sum + at.red[i]
      end
      assert(#at.red == n)
      return n, sum
    end)
  end,
}
