--! expect red: 300 251 202 153 204 205 206 207 208 209 210 211
--! expect dtype red: float32
return process {
  run = function(tile, input, p)
    local list = {}
    for scene in input.scenes:each { 'red' } do
      list[#list + 1] = scene
    end
    return raster.median(list)
  end,
}
