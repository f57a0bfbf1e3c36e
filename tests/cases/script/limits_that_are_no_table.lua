--! expect error: limits_that_are_no_table.lua:4: parameter 'gain': param.range takes limits, as in param.range { min = 0, max = 1, default = 0.5 }, not 3
return process {
  params = {
    gain = param.range(3),
  },
  run = function() end,
}
