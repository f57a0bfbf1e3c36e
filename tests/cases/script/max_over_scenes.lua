--! expect red: 400 401 402 203 404 405 406 407 408 409 410 411
--! expect dtype red: uint16
return process {
  run = function(tile, input, p)
    local list = {}
    for scene in input.scenes:each { 'red' } do
      list[#list + 1] = scene
    end
    return raster.max(list)
  end,
}
