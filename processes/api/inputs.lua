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
