--! expect band1: 3 - 3 3 3 3 3 3 3 3 3 3
return process {
  run = function(tile, input, p)
    local list = {}
    for scene in input.scenes:each { 'red' } do
      list[#list + 1] = scene
    end
    return input.image.red * 0 + #list
  end,
}
