--! expect error: stack_where_with_a_mask.lua:4: where needs a function of a scene, as in where(function(scene) return scene.cloud:lt(40) end), not an array
return process {
  run = function(tile, input, p)
    return input.scenes:where(input.image.cloud:lt(40)):median { 'red' }
  end,
}
