--! expect error: script_that_returns_a_table.lua: the script must end in 'return process { ... }'
return { run = function() end }
