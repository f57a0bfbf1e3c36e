--! expect a: 50 - 51 52 52 52 53 54 54 54 55 56
--! expect dtype a: uint8
return process {
  run = function(tile, input, p)
    return input.image:read():map({ 'red' }, { 'a' }, function(red)
      return red / 2
    end, { dtype = 'uint8' })
  end,
}
