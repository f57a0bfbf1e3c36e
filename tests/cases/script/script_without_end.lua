--! expect error: script_without_end.lua:3: 'end' expected (to close 'function' at line 2) near '<eof>'
return process { run = function()
