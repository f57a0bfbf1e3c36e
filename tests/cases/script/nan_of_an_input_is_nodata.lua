--! expect elevation: 0 0.5 - 1.5 2 2.5 3 3.5 4 4.5 5 5.5
return process {
  run = function(tile, input, p)
    return input.dem:read()
  end,
}
