--! expect error: focal_at_no_number.lua:4: focal: at(nan, 0) is beyond the radius of 1 pixel
return process {
  run = function(tile, input, p)
    return input.image.red:focal(1, function(at) return at(0 / 0, 0) end)
  end,
}
