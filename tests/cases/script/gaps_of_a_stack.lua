--! expect names: red nir
--! expect red: 200 - 202 203 204 205 206 207 208 209 210 211
-- The second scene of three; pixel 1 is known in the first only, as the third is empty.
return process {
  run = function(tile, input, p)
    local dated = input.scenes:filter(function(scene) return scene.date end)
    local filled = dated:fill_gaps { 'red', 'nir' }
    if #filled ~= 3 or filled[3].date ~= '2023-08-15' or dated:fill_gaps('red', { ends = 'nearest' })[3].red:get(2, 0) ~= 202 then
      error('not so')
    end
    return filled[2]
  end,
}
