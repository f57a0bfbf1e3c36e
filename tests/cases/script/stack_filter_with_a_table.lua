--! expect error: stack_filter_with_a_table.lua:4: filter needs a function of a scene, as in filter(function(scene) return scene.cloud_cover < 40 end), not a table
return process {
  run = function(tile, input, p)
    return input.scenes:filter { cloud_cover = 40 }
  end,
}
