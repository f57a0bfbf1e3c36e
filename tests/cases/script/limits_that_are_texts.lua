--! expect error: limits_that_are_texts.lua:4: parameter 'gain': min must be a number, not '0'
return process {
  params = {
    gain = param.range { min = '0' },
  },
  run = function() end,
}
