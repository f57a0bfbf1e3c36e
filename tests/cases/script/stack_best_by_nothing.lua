--! expect error: stack_best_by_nothing.lua:4: best_by needs a function of a scene, as in best_by({ 'red' }, spectral.ndvi, 'max'), not nil
return process {
  run = function(tile, input, p)
    return input.scenes:best_by({ 'red' }, nil, 'max')
  end,
}
