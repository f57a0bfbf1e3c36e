--! expect error: process_with_a_text.lua:2: process needs a table, as in process { run = function(tile, input, p) ... end }, not 'x'
return process 'x'
