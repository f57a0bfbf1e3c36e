--! expect error: set_without_a_value.lua:4: set needs a new value: a number, an array, or nil for nodata
return process {
  run = function(tile, input, p)
    return input.image.red:set(0, 0)
  end,
}
