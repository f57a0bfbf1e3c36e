---@meta
-- SPDX-License-Identifier: MIT

---Makes rasters, and reduces several to one.
---@class tw.raster
---@field mean fun(list: tw.Raster[]|tw.Array[]): tw.Raster|tw.Array|nil
---@field min fun(list: tw.Raster[]|tw.Array[]): tw.Raster|tw.Array|nil
---@field max fun(list: tw.Raster[]|tw.Array[]): tw.Raster|tw.Array|nil
---@field first fun(list: tw.Raster[]|tw.Array[]): tw.Raster|tw.Array|nil
raster = {}

---A raster of named arrays. The order of the bands is that of the declared output; where it does not name them, they are
---sorted by name.
---```lua
---local red, nir = input.image.red, input.image.nir
---return raster.new { sum = red + nir, ratio = red / nir }
---```
---@param bands table<string, tw.Array>
---@return tw.Raster
function raster.new(bands) end
---A raster of arrays in this order.
---```lua
---return raster.of({ 'nir', 'red' }, { input.image.nir, input.image.red })
---```
---@param names string[]
---@param bands tw.Array[]
---@return tw.Raster
function raster.of(names, bands) end
---`yes` where the mask is true, `no` where it is false, nodata where the mask is nodata: arrays, numbers, or rasters of the
---same bands. The type is one that holds both.
---```lua
---local r = input.image:read { 'red', 'nir' }
---return raster.where(r.nir:gt(r.red), 1, 0)
---```
---@param mask tw.Array
---@param yes number|tw.Array|tw.Raster
---@param no number|tw.Array|tw.Raster
---@return tw.Array|tw.Raster
function raster.where(mask, yes, no) end
---The middle of all valid values of each pixel, over a list of rasters (band by band, by name) or of arrays; the mean of
---the two in the middle of an even number. nil for an empty list. In the same way `mean`, `min`, `max`, and `first`, the
---first valid value; these three keep the type.
---```lua
---local image = input.image:read { 'red', 'green' }
---return raster.median { image, image + 10, image * 2 }
---```
---@generic T: tw.Raster|tw.Array
---@param list T[]
---@return T?
function raster.median(list) end
