--! expect error: writing_a_global_in_the_script.lua:2: 'limit' would be a global variable: declare it with 'local'
limit = 40
return process { run = function() end }
