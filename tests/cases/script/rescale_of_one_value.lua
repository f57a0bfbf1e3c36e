--! expect error: rescale_of_one_value.lua:4: rescale: both limits of the values are 5
return process {
  run = function(tile, input, p)
    return input.image.red:rescale(5, 5, 0, 1)
  end,
}
