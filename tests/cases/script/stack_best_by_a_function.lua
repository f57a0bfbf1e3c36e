--! expect red: 400 401 402 203 404 405 406 407 408 409 410 411
--! expect names: red nir
--! expect dtype red: uint16
return process {
  run = function(tile, input, p)
    return input.scenes:best_by({ 'red', 'nir' }, function(scene) return scene.blue end, 'max')
  end,
}
