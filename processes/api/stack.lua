---@meta
-- SPDX-License-Identifier: MIT

---A stack: scenes of the same place at different times, in the order that the configuration asks for.
---@class tw.Stack
---@field mean fun(self: tw.Stack, bands?: string|(string|integer)[], options?: tw.ReadOptions): tw.Raster?
---@field min fun(self: tw.Stack, bands?: string|(string|integer)[], options?: tw.ReadOptions): tw.Raster?
---@field max fun(self: tw.Stack, bands?: string|(string|integer)[], options?: tw.ReadOptions): tw.Raster?
---@field first fun(self: tw.Stack, bands?: string|(string|integer)[], options?: tw.ReadOptions): tw.Raster?
local Stack = {}

---Goes over the scenes, one raster after the other. Scenes without a valid pixel in this tile are left out.
---```lua
---local clear = {}
---for scene in input.scenes:each { 'red', 'green', 'blue', 'cloud' } do
---  clear[#clear + 1] = scene:pick { 'red', 'green', 'blue' }:where(scene.cloud:lt(p.cloud_max))
---end
---return raster.median(clear)
---```
---@param bands? string|(string|integer)[]
---@param options? tw.ReadOptions
---@return fun(): tw.Scene?
function Stack:each(bands, options) end
---Calls a function for every pixel with its time series: `at.red[i]`, for i from 1 to n, are the observations that are
---valid in all of `bands`, in the stack's order; `#at.red` is n, and `pairs(at)` goes over the bands. It returns a number
---for each name of `outputs`, or nil for nodata. It is not called where nothing was observed. The loop is compiled to machine code; the result is float32 (float64 where a
---band needs it) unless `dtype` says otherwise. Returns nil when no scene has a valid pixel in this tile.
---```lua
---return input.scenes:map({ 'red', 'nir', 'cloud' }, { 'red', 'nir' }, function(at, n)
---  local best, greenest = nil, -math.huge
---  for i = 1, n do
---    local ndvi = (at.nir[i] - at.red[i]) / (at.nir[i] + at.red[i])
---    if at.cloud[i] < 40 and ndvi > greenest then
---      best, greenest = i, ndvi
---    end
---  end
---  if not best then
---    return nil
---  end
---  return at.red[best], at.nir[best]
---end)
---```
---@param bands (string|integer)[]
---@param outputs string[]
---@param fn fun(at: table<string, number[]>, n: integer): ...
---@param options? { dtype?: tw.Dtype, resampling?: tw.Resampling }
---@return tw.Raster?
function Stack:map(bands, outputs, fn, options) end
---The number of scenes that touch the tile.
---```lua
---if input.scenes:count() == 0 then
---  return nil
---end
---return input.scenes:median { 'red' }
---```
---@return integer
function Stack:count() end
---Names of the bands.
---@return string[]
function Stack:bands() end
---The middle of all valid observations of each pixel; the mean of the two in the middle of an even number. In the same
---way `mean`, `min`, `max` and `first` (the first valid one in the stack's order).
---```lua
---return input.scenes:median { 'red', 'green', 'blue' }
---```
---@param bands? string|(string|integer)[]
---@param options? tw.ReadOptions
---@return tw.Raster?
function Stack:median(bands, options) end
