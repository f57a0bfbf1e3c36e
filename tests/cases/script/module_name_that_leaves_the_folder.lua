--! expect error: module_name_that_leaves_the_folder.lua:2: '../other' is not the name of a module: use letters, digits and dots for folders
local other = require '../other'
return process { run = function() end }
