--! expect error: bands_that_are_a_text.lua:3: output.bands must be a number or a list of names, as in { 'red', 'green' }, not 'red'
return process {
  output = { bands = 'red' },
  run = function() end,
}
