--! expect band1: 223 223 - 223 223 223 223 223 223 223 223 223
return process {
  run = function(tile, input, p)
    local s = input.scenes
    local n = s:between('2023-08-13'):count() * 100 + s:between(nil, '2023-08-13'):count() * 10
    return input.dem.elevation * 0 + n + s:between('2023-08-01', '2023-08-31'):count()
  end,
}
