--! expect error: limits_the_wrong_way_around.lua:4: parameter 'gain': min 4 must be less than max 0
return process {
  params = {
    gain = param.range { min = 4, max = 0 },
  },
  run = function() end,
}
