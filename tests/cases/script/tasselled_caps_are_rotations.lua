--! expect empty
return process {
  run = function(tile, input, p)
    for _, sensor in ipairs { 'landsat5_tm', 'landsat7_etm', 'landsat8_oli', 'sentinel2_msi' } do
      local cap = spectral[sensor]
      for _, a in ipairs { 'brightness', 'greenness', 'wetness' } do
        for _, b in ipairs { 'brightness', 'greenness', 'wetness' } do
          local sum = 0
          for i = 1, 6 do
            sum = sum + cap[a][i] * cap[b][i]
          end
          assert(math.abs(sum - (a == b and 1 or 0)) < 2e-4, sensor .. ' ' .. a .. ' ' .. b)
        end
      end
    end
  end,
}
