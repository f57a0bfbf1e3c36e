--! expect error: ffi_is_not_there.lua:4: cannot find module 'ffi': modules are loaded with the script: write 'local x = require ...' at its top
return process {
  run = function(tile, input, p)
    return require 'ffi'
  end,
}
