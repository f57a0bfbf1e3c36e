--! expect error: prepare_that_is_a_table.lua:3: 'prepare' must be a function, as in prepare = function(area, input, p) ... end, not a table
return process {
  prepare = {},
  run = function(tile, input, p) end,
}
