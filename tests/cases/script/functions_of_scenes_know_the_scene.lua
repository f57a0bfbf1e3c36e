--! expect band1: 3 3 3 3 3 3 3 3 3 3 3 3
return process {
  run = function(tile, input, p)
    local s = input.scenes:where(function(scene)
      return scene.id == 'S2A_three' and scene.red:lt(0) or (scene.date or '2024') < '2023' and scene.red:lt(0) or scene:band('red'):gt(0)
    end)
    return s:count('red').red:clip(3, 3)
  end,
}
