--! expect red: 200 101 152 153 154 155 156 157 158 159 160 161
return process {
  run = function(tile, input, p)
    local clear = {}
    for scene in input.scenes:each { 'red', 'cloud' } do
      clear[#clear + 1] = scene:pick { 'red' }:where(scene.cloud:lt(40))
    end
    return raster.median(clear)
  end,
}
