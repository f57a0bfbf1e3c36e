--! expect error: set_with_a_text.lua:4: set needs a number, an array or nil (nodata), not '1'
return process {
  run = function(tile, input, p)
    return input.image.red:set(0, 0, '1')
  end,
}
