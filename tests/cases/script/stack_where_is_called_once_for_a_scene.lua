--! expect band1: 4 4 4 4 4 4 4 4 4 4 4 4
return process {
  run = function(tile, input, p)
    local calls = 0
    local clear = input.scenes:where(function(scene)
      calls = calls + 1
      return scene.cloud:lt(40)
    end)
    clear:median { 'red' }
    clear:max { 'red', 'nir' }
    return clear:mean('red').red * 0 + calls
  end,
}
