--! expect error: modules/circle.lua:1: module 'modules.circle' requires itself
local circle = require 'modules.circle'
return process { run = function() end }
