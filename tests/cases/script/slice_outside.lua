--! expect error: slice_outside.lua:4: slice: columns 2 to 4, rows 0 to 1 are not all inside the array of 4 x 3 pixels
return process {
  run = function(tile, input, p)
    return input.image.red:slice(2, 0, 3, 2)
  end,
}
