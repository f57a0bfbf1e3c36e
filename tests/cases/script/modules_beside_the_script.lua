--! expect band1: 210 - 214 216 218 220 222 224 226 228 230 232
local tools = require 'modules.tools'
return process {
  run = function(tile, input)
    assert(require('modules.tools') == tools)
    return tools.double(input.image.red + 5)
  end,
}
