--! expect band1: 0 0 0 0 0 0 0 0 0 0 0 0
return process {
  run = function(tile, input, p)
    return vector.mask {}
  end,
}
