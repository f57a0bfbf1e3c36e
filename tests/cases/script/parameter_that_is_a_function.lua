--! expect error: parameter_that_is_a_function.lua:4: parameter 'rule': a default must be a number, a text, a boolean, a list or a map, not a function
return process {
  params = {
    rule = function() end,
  },
  run = function() end,
}
