--! expect error: input_that_is_a_table.lua:3: input 'dem' must be 'raster', 'stack' or 'vector', not a table
return process {
  inputs = { dem = {} },
  run = function() end,
}
