--! expect error: mean_with_weights_that_are_a_list.lua:4: mean: weights needs a function of a scene, as in { weights = function(scene) return 100 - scene.cloud_cover end }, not a table
return process {
  run = function(tile, input, p)
    return input.scenes:mean({ 'red' }, { weights = { 1, 2 } })
  end,
}
