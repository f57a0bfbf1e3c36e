--! expect error: run_that_is_a_number.lua:2: process needs 'run = function(tile, input, p) ... end', not 3
return process { run = 3 }
