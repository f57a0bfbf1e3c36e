--! expect red: 200 101 102 103 104 105 106 107 108 109 110 111
--! expect dtype red: uint16
return process {
  run = function(tile, input, p)
    local list = {}
    for scene in input.scenes:each { 'red' } do
      list[#list + 1] = scene
    end
    return raster.first(list)
  end,
}
