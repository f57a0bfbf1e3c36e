--! expect red: 300 251 235.333 153 237.333 238.333 239.333 240.333 241.333 242.333 243.333 244.333
return process {
  run = function(tile, input, p)
    local list = {}
    for scene in input.scenes:each { 'red' } do
      list[#list + 1] = scene
    end
    return raster.mean(list)
  end,
}
