--! expect error: syntax_error.lua:3: '=' expected near 'return'
local a
a return
