--! expect error: stack_best_by_without_a_direction.lua:4: best_by: say which criterion is best, 'max' or 'min', not nil
return process {
  run = function(tile, input, p)
    return input.scenes:best_by({ 'red' }, spectral.ndvi)
  end,
}
