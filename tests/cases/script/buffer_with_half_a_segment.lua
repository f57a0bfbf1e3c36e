--! expect error: buffer_with_half_a_segment.lua:4: buffer: segments is the number of lines of a quarter circle, not 0.5
return process {
  run = function(tile, input, p)
    return vector.box(0, 0, 1, 1):buffer(1, { segments = 0.5 })
  end,
}
