--! expect error: buffer_with_an_unknown_cap.lua:4: buffer: unknown cap 'rund'; did you mean 'round'? (known: flat, round, square)
return process {
  run = function(tile, input, p)
    return vector.box(0, 0, 1, 1):buffer(1, { cap = 'rund' })
  end,
}
