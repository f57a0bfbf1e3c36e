--! expect error: modules/broken.lua:2: unknown name 'undefined_table'; declare it with 'local' before it is used
local broken = require 'modules.broken'
return process { run = function() end }
