--! expect error: stack_best_by_a_number.lua:4: best_by: the function must return an array, the criterion, not 12.5
return process {
  run = function(tile, input, p)
    return input.scenes:best_by({ 'red' }, function(scene) return scene.cloud_cover end, 'min')
  end,
}
