--! expect band1: 100 - 102 103 104 105 106 107 108 109 110 111
return process {
  run = function(tile, input, p)
    local dates, n = {}, 0
    for scene in input.scenes:each { 'red' } do
      n = n + 1
      dates[n] = tostring(scene.date) .. ' ' .. scene.id .. ' ' .. tostring(scene.cloud_cover)
      if n == 1 then
        assert(scene.properties.platform == 'sentinel-2a' and scene.properties.tiles[2] == 2.5)
        assert(scene.datetime == '2023-08-10T10:00:31Z')
      elseif n == 2 then
        assert(scene.properties.name == 'caf\195\169 "x"' and scene.properties.none == nil)
      end
    end
    assert(dates[1] == '2023-08-10 S2A_one 12.5' and dates[2] == '2023-08-13 S2B_two 0', dates[1])
    assert(dates[3] == 'nil S2B_four nil', dates[3])
    return input.image.red
  end,
}
