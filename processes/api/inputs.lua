---@meta
-- SPDX-License-Identifier: MIT

---@class tw.ReadOptions
---@field resampling? tw.Resampling By default the input's own.

---A raster input. Its bands can be named directly; each is read once a tile, when it is used:
---```lua
---return (input.image.nir - input.image.red) / (input.image.nir + input.image.red)
---```
---@class tw.RasterInput
---@field [string] tw.Array
---@field [integer] tw.Array Bands count from 1.
local RasterInput = {}

---Reads bands by name or number; all of them without an argument.
---```lua
---local r = input.image:read { 'red', 'nir' }
---local first_two = input.image:read { 1, 2 }
---local smooth = input.image:read(nil, { resampling = 'bilinear' })
---return smooth
---```
---@param bands? string|(string|integer)[]
---@param options? tw.ReadOptions
---@return tw.Raster
function RasterInput:read(bands, options) end
---Names of the bands.
---```lua
---local names = input.image:bands()
---return input.image[names[1]]
---```
---@return string[]
function RasterInput:bands() end

---Inputs under one name: a map of inputs, or a list, in the configuration. It is declared as 'rasters', 'stacks',
---'vectors', or 'group' for inputs of any kind. Each of them is there by its name and by its number; those of a list are
---named by their numbers. A group may hold groups.
---```lua
---local greenest
---for year, image in input.years:each() do
---  local ndvi = spectral.ndvi(image:read { 'nir', 'red' })
---  greenest = greenest and raster.max { greenest, ndvi } or ndvi
---end
---return greenest
---```
---```lua
---return input.years['2020'].nir - input.years['2019'].nir
---```
---@class tw.Group
---@field [string] tw.RasterInput|tw.Stack|tw.VectorInput|tw.Group
---@field [integer] tw.RasterInput|tw.Stack|tw.VectorInput|tw.Group In the order of the configuration, from 1.
local Group = {}

---Goes over name and input of each, in the order of the configuration.
---```lua
---local blue = {}
---for name, source in input.years:each() do
---  blue[#blue + 1] = source.blue
---end
---return raster.median(blue)
---```
---@return fun(): string, tw.RasterInput|tw.Stack|tw.VectorInput|tw.Group
function Group:each() end
---Names, in the order of the configuration.
---```lua
---local names = input.years:names()
---return input.years[names[#names]]:read()
---```
---@return string[]
function Group:names() end
