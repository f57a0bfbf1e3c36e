--! expect band1: 400 401 402 203 404 405 406 407 408 409 410 411
return process {
  run = function(tile, input, p)
    local list = {}
    for scene in input.scenes:each { 'red' } do
      list[#list + 1] = scene
    end
    local arrays = {}
    for i, scene in ipairs(list) do
      arrays[i] = scene.red
    end
    return raster.max(arrays)
  end,
}
