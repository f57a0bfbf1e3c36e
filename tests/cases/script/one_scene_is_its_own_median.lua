--! expect red: - 101 102 103 104 105 106 107 108 109 110 111
--! expect std: - 0 0 0 0 0 0 0 0 0 0 0
return process {
  run = function(tile, input, p)
    local one = input.scenes:filter(function(scene) return scene.index == 0 end)
    return { red = one:median('red').red, std = one:std('red').red }
  end,
}
