--! expect each: 2 2 2 2 2 2 2 2 2 2 2 2
--! expect last: 200 101 202 203 204 205 206 207 208 209 210 211
--! expect map: 200 101 202 203 204 205 206 207 208 209 210 211
return process {
  run = function(tile, input, p)
    local clear = input.scenes:where(function(scene) return scene.cloud:lt(40) end)
    local n = 0
    for scene in clear:each { 'red' } do
      n = n + scene.red:count() / 11
    end
    local map = clear:map({ 'red' }, { 'red' }, function(at, count) return at.red[count] end)
    local last = clear:last { 'red' }
    return { last = last.red, map = map.red, each = last.red * 0 + n }
  end,
}
