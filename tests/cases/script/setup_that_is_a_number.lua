--! expect error: setup_that_is_a_number.lua:3: 'setup' must be a function, as in setup = function(p, prepared) ... end, not 5
return process {
  setup = 5,
  run = function(tile, input, p) end,
}
