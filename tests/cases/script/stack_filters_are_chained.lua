--! expect band1: - - 1 1 1 1 1 1 1 1 1 1
return process {
  run = function(tile, input, p)
    local scenes = input.scenes:between('2023-08-01', '2023-08-31')
      :filter(function(scene) return scene.cloud_cover < 10 end)
      :where(function(scene) return scene.red:gt(200) end)
    return scenes:count('red').red + scenes:first('red').red * 0
  end,
}
