---@meta
-- SPDX-License-Identifier: MIT
--
-- The files of this folder hold everything that a process script can use. Editors with the Lua language server
-- (LuaLS) complete and explain it when the folder is in their library path. They are the reference, and a test
-- runs every example in them.
--
-- Examples are bodies of run(tile, input, p). In them `input.image` is a raster input with the bands red, green,
-- blue, nir and cloud, `input.dem` one with the band elevation, `input.scenes` a stack with image's bands, and
-- `input.fields` a vector input, polygons with the properties name, crop, yield and organic.

---Declares the process. A script is one such call, and what it needs before it:
---```lua
--- --- Vegetation index of one image.
---return process {
---  inputs = { image = 'raster' },
---  output = { bands = { 'ndvi' }, dtype = 'float32', nodata = -9 },
---
---  run = function(tile, input, p)
---    local r = input.image:read { 'red', 'nir' }
---    return (r.nir - r.red) / (r.nir + r.red)
---  end,
---}
---```
---@param declaration tw.Process
---@return tw.Process
function process(declaration) end

---@class tw.Process
---@field about? string What the process does, in one line. Otherwise the comment of three dashes at the script's head.
---@field inputs? table<string, string> Names of inputs with their kind: 'raster', 'stack', 'vector' or 'any'. A question mark behind it makes an input optional: it is nil when the configuration does not give it. Without this field a script takes whatever inputs there are.
---@field any_input_name? boolean The only input may have any name in the configuration.
---@field params? table<string, any> Names of parameters with their defaults, which `process_parameters` overrides. The default's type is the parameter's type. See `param` for parameters without a default.
---@field output? tw.Output What the process makes; the configuration's `output` overrides it.
---@field run fun(tile: tw.Tile, input: table<string, tw.RasterInput|tw.Stack|tw.VectorInput>, p: table<string, any>): tw.Raster|tw.Array|tw.Array[]|tw.Feature[]|nil Makes the output of one tile: a raster, an array (one band), a list or a table of arrays, a list of features, or nil for nothing. Features whose geometry is empty are left out.

---@class tw.Output
---@field bands? integer|string[] The number of bands, or their names. A result that has bands of these names is put into this order.
---@field dtype? tw.Dtype
---@field nodata? number

---@alias tw.Dtype 'uint8'|'int8'|'uint16'|'int16'|'uint32'|'int32'|'float32'|'float64'

---@alias tw.Resampling 'nearest'|'bilinear'|'cubic'|'cubic_spline'|'lanczos'|'average'|'mode'|'min'|'max'|'med'|'q1'|'q3'|'sum'|'rms'

---Parameters that have no default: nil unless the configuration sets them.
---```lua
---return process {
---  params = { cloud_max = 40, only_dates = param.list, label = param.string },
---  run = function(tile, input, p)
---    if p.only_dates then
---      log.info('dates:', #p.only_dates)
---    end
---    return input.image.red:where(input.image.cloud:lt(p.cloud_max))
---  end,
---}
---```
---@class tw.param
---@field any any
---@field number any
---@field string any
---@field boolean any
---@field list any
---@field map any
---@field resampling any A `tw.Resampling`.
---@field dtype any A `tw.Dtype`.
param = {}
