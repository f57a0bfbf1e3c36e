--! expect a: 0 1 - 3 4 5 6 7 8 9 10 11
return process {
  run = function(tile, input, p)
    return input.dem:read():map({ 'elevation' }, { 'a' }, function(z)
      assert(z == z)
      return z * 2
    end)
  end,
}
