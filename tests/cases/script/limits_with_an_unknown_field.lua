--! expect error: limits_with_an_unknown_field.lua:4: parameter 'gain': unknown field 'minn' in param.range; did you mean 'min'? (known: default, max, min)
return process {
  params = {
    gain = param.range { minn = 0 },
  },
  run = function() end,
}
