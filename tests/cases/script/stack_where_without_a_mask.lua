--! expect error: stack_where_without_a_mask.lua:4: where: the function must return a mask, as in scene.cloud:lt(40), not true
return process {
  run = function(tile, input, p)
    return input.scenes:where(function(scene) return scene.cloud_cover ~= nil end):median { 'red' }
  end,
}
