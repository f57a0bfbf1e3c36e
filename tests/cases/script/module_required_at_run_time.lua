--! expect error: module_required_at_run_time.lua:4: cannot find module 'modules.broken': modules are loaded with the script: write 'local x = require ...' at its top
return process {
  run = function(tile, input, p)
    return require 'modules.broken'
  end,
}
