--! expect error: unknown_band_of_an_input_of_a_group.lua:4: no band 'elevatoin'; input 'extra.height' has: elevation; did you mean 'elevation'?
return process {
  run = function(tile, input, p)
    return input.extra.height.elevatoin
  end,
}
