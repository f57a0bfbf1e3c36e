--! expect a: 100 50 51 52 52 52 53 54 54 54 55 56
--! expect dtype a: uint8
return process {
  run = function(tile, input, p)
    return input.scenes:map({ 'red' }, { 'a' }, function(at, n)
      return at.red[1] / 2
    end, { dtype = 'uint8', resampling = 'cubic' })
  end,
}
