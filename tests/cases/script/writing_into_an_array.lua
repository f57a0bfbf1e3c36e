--! expect error: writing_into_an_array.lua:4: an array cannot be changed: compute a new one, as in a:where(mask):fill(0)
return process {
  run = function(tile, input, p)
    input.image.red[3] = 1
  end,
}
