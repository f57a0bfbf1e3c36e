--! expect red: 2 2 3 2 3 3 3 3 3 3 3 3
--! expect dtype red: uint16
return process {
  run = function(tile, input, p)
    return input.scenes:count { 'red' }
  end,
}
