--! expect error: module_not_found.lua:2: cannot find module 'cloud': no file 'tests/cases/script/cloud.lua'
local cloud = require 'cloud'
return process { run = function() end }
