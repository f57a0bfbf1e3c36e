--! expect red: 200 101 152 153 154 155 156 157 158 159 160 161
--! expect names: red
-- Scene 3 has a cloud of 90, scenes 0 and 1 of 0 and 30.
return process {
  run = function(tile, input, p)
    return input.scenes:where(function(scene) return scene.cloud:lt(40) end):median { 'red' }
  end,
}
