--! expect error: stack_best_by_an_unknown_band.lua:4: no band 'ndvi'; input 'scenes' has: red, green, blue, nir, cloud
return process {
  run = function(tile, input, p)
    return input.scenes:best_by({ 'red' }, 'ndvi', 'max')
  end,
}
