--! expect error: set_outside.lua:4: set: columns 4 to 4, rows 0 to 0 are not all inside the array of 4 x 3 pixels
return process {
  run = function(tile, input, p)
    return input.image.red:set(4, 0, 1)
  end,
}
