--! expect a: 105 - 107 108 109 110 111 112 113 114 115 116
--! expect b: 0 0.5 - 1.5 2 2.5 3 3.5 4 4.5 5 5.5
--! expect c: 2 2 2 2 2 2 2 2 2 2 2 2
--! expect d: 2020 2020 2020 2020 2020 2020 2020 2020 2020 2020 2020 2020
return process {
  run = function(tile, input, p)
    local count, last = 0
    for name, source in pairs(input.years) do
      count, last = count + 1, name
    end
    local one = input.extra.height.elevation * 0
    return {
      a = input.years[2019].red + 5,
      b = input.extra[1][1],
      c = one:fill(0) + count,
      d = one:fill(0) + tonumber(input.years:names()[2]),
    }
  end,
}
