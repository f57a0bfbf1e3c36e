--! expect error: process_without_run.lua:2: process needs 'run = function(tile, input, p) ... end'
return process { about = 'x' }
