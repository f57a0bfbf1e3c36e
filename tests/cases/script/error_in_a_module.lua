--! expect error: modules/tools.lua:8: no band 'rad'; this raster has: red, green, blue, nir, cloud; did you mean 'red'?
local tools = require 'modules.tools'
return process {
  run = function(tile, input)
    return tools.wrong(input.image:read())
  end,
}
