--! expect red: - 101 102 103 104 105 106 107 108 109 110 111
return process {
  run = function(tile, input, p)
    local good = input.scenes:filter(function(scene)
      return scene.properties.platform == 'sentinel-2a' and scene.cloud_cover < 40
    end)
    return good:median { 'red' }
  end,
}
