---@meta
-- SPDX-License-Identifier: MIT

---A stack: scenes of the same place at different times, in the order that the configuration asks for.
---
---`filter`, `between`, `where` and `with` make stacks from stacks: fewer scenes, masked pixels, bands more. Nothing is
---read before a method asks for pixels. Every method that gives a raster gives nil when no scene has a valid pixel in
---this tile: a run that returns nil writes nothing.
---```lua
---return input.scenes:between('2023-06-01', '2023-09-30')
---  :where(function(scene) return scene.cloud:lt(p.cloud_max) end)
---  :median { 'red', 'green', 'blue' }
---```
---
---Neighbouring granules of one pass are two observations where they overlap: `count`, `mean` and `trend` see both, unless the
---input says `merge: date`, which makes one scene of those of one date and orbit.
---@class tw.Stack
---@field mean fun(self: tw.Stack, bands?: string|(string|integer)[], options?: tw.MeanOptions): tw.Raster?
---@field sum fun(self: tw.Stack, bands?: string|(string|integer)[], options?: tw.ReadOptions): tw.Raster?
---@field std fun(self: tw.Stack, bands?: string|(string|integer)[], options?: tw.ReadOptions): tw.Raster?
---@field min fun(self: tw.Stack, bands?: string|(string|integer)[], options?: tw.ReadOptions): tw.Raster?
---@field max fun(self: tw.Stack, bands?: string|(string|integer)[], options?: tw.ReadOptions): tw.Raster?
---@field first fun(self: tw.Stack, bands?: string|(string|integer)[], options?: tw.ReadOptions): tw.Raster?
---@field last fun(self: tw.Stack, bands?: string|(string|integer)[], options?: tw.ReadOptions): tw.Raster?
local Stack = {}

---@class tw.MeanOptions: tw.ReadOptions
---@field weights? fun(scene: tw.Scene): number|tw.Array

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
---With bands: how many valid observations each pixel has (uint16; 0 where there is none). Without: the number of scenes
---that touch the tile.
---```lua
---if input.scenes:count() == 0 then
---  return nil
---end
---return input.scenes:count { 'red' }
---```
---@overload fun(self: tw.Stack): integer
---@param bands string|(string|integer)[]
---@param options? tw.ReadOptions
---@return tw.Raster?
function Stack:count(bands, options) end
---Names of the bands.
---@return string[]
function Stack:bands() end

---The stack with fewer scenes: those for which the function returns true. It is called before any pixel is read. A
---scene has `id`, `date` (2023-08-10), `datetime`, `cloud_cover` (percent), `index` (from 0) and `properties`; what the
---catalogue does not say is nil.
---```lua
---local clear = input.scenes:filter(function(scene)
---  return (scene.cloud_cover or 100) < 40 and scene.properties.platform == 'sentinel-2a'
---end)
---return clear:median { 'red', 'green', 'blue' }
---```
---@param fn fun(scene: tw.Scene): boolean
---@return tw.Stack
function Stack:filter(fn) end
---The stack with fewer scenes: those from one day to another, both included. nil for a side that is open. Scenes without
---a date are left out.
---```lua
---return input.scenes:between('2023-06-01', '2023-09-30'):max { 'nir' }
---```
---@param first? string a date, 2023-06-01
---@param last? string a date
---@return tw.Stack
function Stack:between(first, last) end
---The stack with masked pixels: the function gives a mask for each scene, and where that is 0 or nodata the scene's
---pixel is nodata in all bands, for every method that follows. The scene reads a band when it is named; the function
---is called once for each scene.
---```lua
---return input.scenes:where(function(scene) return scene.cloud:lt(40) end):median { 'red', 'green', 'blue' }
---```
---@param fn fun(scene: tw.Scene): tw.Array
---@return tw.Stack
function Stack:where(fn) end
---The stack with one band more, which a function computes from each scene, or with that band replaced.
---```lua
---return input.scenes:with('ndvi', spectral.ndvi):percentile({ 'ndvi' }, 90)
---```
---@param name string
---@param fn fun(scene: tw.Scene): tw.Array
---@return tw.Stack
function Stack:with(name, fn) end

---The middle of all valid observations of each pixel; the mean of the two in the middle of an even number. In the same
---way `mean`, `sum`, `std` (the standard deviation of the population), `min`, `max`, `first` and `last` (the first and
---the last valid one in the stack's order; these four keep the type). All but the median read scene by scene, in batches
---as large as the memory allows; `first` and `last` stop as soon as every pixel has its value.
---```lua
---return input.scenes:median { 'red', 'green', 'blue' }
---```
---`mean` takes weights: a function that gives a number or an array for each scene. What weighs nothing is left out.
---```lua
---return input.scenes:mean({ 'red' }, { weights = function(scene) return 100 - scene.cloud end })
---```
---@param bands? string|(string|integer)[]
---@param options? tw.ReadOptions
---@return tw.Raster?
function Stack:median(bands, options) end
---The value below which q percent of a pixel's valid observations lie, interpolated linearly between the two nearest
---(as numpy does; Hyndman and Fan 1996, type 7).
---```lua
---return input.scenes:percentile({ 'red', 'green', 'blue' }, 25)
---```
---@param bands? string|(string|integer)[]
---@param q number from 0 to 100
---@param options? tw.ReadOptions
---@return tw.Raster?
function Stack:percentile(bands, q, options) end
---The whole pixel of the scene where a criterion is greatest or least: a band, or what a function computes from each
---scene. Of equal ones the first in the stack's order. Observations count that are valid in all bands and in the
---criterion. Types stay.
---```lua
---return input.scenes:best_by({ 'red', 'green', 'blue' }, spectral.ndvi, 'max')
---```
---@param bands? string|(string|integer)[]
---@param criterion string|fun(scene: tw.Scene): tw.Array
---@param which 'max'|'min'
---@param options? tw.ReadOptions
---@return tw.Raster?
function Stack:best_by(bands, criterion, which, options) end
---The observation whose Euclidean distances to all others, over the bands, have the least sum: a median of several bands
---that is a pixel which really was observed (Flood 2013, Remote Sensing 5, 6481-6500). Observations count that are valid
---in all bands; of equal ones the first. Types stay.
---```lua
---return input.scenes:where(function(scene) return scene.cloud:lt(40) end):medoid { 'red', 'nir' }
---```
---@param bands? string|(string|integer)[]
---@param options? tw.ReadOptions
---@return tw.Raster?
function Stack:medoid(bands, options) end
---The straight line through the observations of each pixel over time, by ordinary least squares: the bands `slope` (per
---year of 365.25 days), `intercept` (the value on 2000-01-01) and `r2` (the share of the variance that the line explains);
---of several bands `red_slope`, `red_intercept` ... Nodata where there are not two different times, r2 where all
---observations are equal. Every scene needs a date.
---```lua
---return input.scenes:filter(function(scene) return scene.date end):with('ndvi', spectral.ndvi):trend { 'ndvi' }
---```
---@param bands? string|(string|integer)[]
---@param options? tw.ReadOptions
---@return tw.Raster?
function Stack:trend(bands, options) end
---A list with one raster for each scene, in the stack's order, whose gaps are interpolated linearly in time between the
---nearest valid observations before and after. Gaps at the ends stay nodata, or take the nearest observation
---(`ends = 'nearest'`). Observations stay as they are; the type is float32 (float64 where a band needs it). Every scene
---needs a date. The list is empty when no scene touches the tile.
---```lua
---local dated = input.scenes:filter(function(scene) return scene.date end)
---local filled = dated:fill_gaps({ 'nir' }, { ends = 'nearest' })
---return filled[2]
---```
---@param bands? string|(string|integer)[]
---@param options? { ends?: 'nodata'|'nearest', resampling?: tw.Resampling }
---@return tw.Scene[]
function Stack:fill_gaps(bands, options) end
