--! expect error: script_that_returns_nothing.lua: the script must end in 'return process { ... }'
process { run = function() end }
