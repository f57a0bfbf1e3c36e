--! expect empty
return process {
  run = function(tile, input, p)
    return input.scenes:where(function(scene) return scene.cloud:gt(100) end):median { 'red' }
  end,
}
