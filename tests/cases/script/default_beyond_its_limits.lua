--! expect error: default_beyond_its_limits.lua:4: parameter 'gain': the default 5 does not lie within its limits
return process {
  params = {
    gain = param.range { min = 0, max = 4, default = 5 },
  },
  run = function() end,
}
