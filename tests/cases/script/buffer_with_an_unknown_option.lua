--! expect error: buffer_with_an_unknown_option.lua:4: buffer: unknown option 'quad_segs'; known: segments, cap
return process {
  run = function(tile, input, p)
    return vector.box(0, 0, 1, 1):buffer(1, { quad_segs = 4 })
  end,
}
