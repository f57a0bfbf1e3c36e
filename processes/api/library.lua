---@meta
-- SPDX-License-Identifier: MIT

---Makes rasters, and reduces several to one.
---@class tw.raster
---@field sum fun(list: tw.Raster[]|tw.Array[]): tw.Raster|tw.Array|nil
---@field std fun(list: tw.Raster[]|tw.Array[]): tw.Raster|tw.Array|nil
---@field count fun(list: tw.Raster[]|tw.Array[]): tw.Raster|tw.Array|nil
---@field min fun(list: tw.Raster[]|tw.Array[]): tw.Raster|tw.Array|nil
---@field max fun(list: tw.Raster[]|tw.Array[]): tw.Raster|tw.Array|nil
---@field first fun(list: tw.Raster[]|tw.Array[]): tw.Raster|tw.Array|nil
---@field last fun(list: tw.Raster[]|tw.Array[]): tw.Raster|tw.Array|nil
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
---the two in the middle of an even number. nil for an empty list. In the same way `sum`, `std` (the standard deviation of
---the population), `count` (of valid values, uint16), `min`, `max`, `first` and `last` (the first and the last valid
---value); these four keep the type. Stacks have methods of the same names.
---```lua
---local image = input.image:read { 'red', 'green' }
---return raster.median { image, image + 10, image * 2 }
---```
---@generic T: tw.Raster|tw.Array
---@param list T[]
---@return T?
function raster.median(list) end
---The mean of all valid values of each pixel. With weights, a list of numbers and arrays, what weighs nothing is left out.
---```lua
---local a, b = input.image.red, input.image.green
---return raster.mean({ a, b }, { weights = { 1, input.image.cloud } })
---```
---@generic T: tw.Raster|tw.Array
---@param list T[]
---@param options? { weights?: (number|tw.Array)[] }
---@return T?
function raster.mean(list, options) end
---The value below which q percent of the valid values lie, interpolated linearly between the two nearest (as numpy does).
---```lua
---return raster.percentile({ input.image.red, input.image.green, input.image.blue }, 25)
---```
---@generic T: tw.Raster|tw.Array
---@param list T[]
---@param q number from 0 to 100
---@return T?
function raster.percentile(list, q) end
---The whole pixel of the item whose criterion is greatest or least, the first of equal ones, among those that are valid in
---all bands and whose criterion is valid. Types stay.
---```lua
---local list, ndvi = {}, {}
---for scene in input.scenes:each { 'red', 'nir' } do
---  list[#list + 1], ndvi[#ndvi + 1] = scene, spectral.ndvi(scene)
---end
---return raster.best_by(list, ndvi, 'max')
---```
---@generic T: tw.Raster|tw.Array
---@param list T[]
---@param criteria tw.Array[] one for each item
---@param which 'max'|'min'
---@return T?
function raster.best_by(list, criteria, which) end
---The item whose Euclidean distances to all others, over the bands, have the least sum, for each pixel (Flood 2013, Remote
---Sensing 5, 6481-6500); the first of equal ones, among those that are valid in all bands. Types stay.
---```lua
---local image = input.image:read { 'red', 'nir' }
---return raster.medoid { image, image + 3, image * 2 }
---```
---@generic T: tw.Raster|tw.Array
---@param list T[]
---@return T?
function raster.medoid(list) end
---The straight line through the values of each pixel over time, by ordinary least squares: the bands `slope`, `intercept`
---and `r2` (the share of the variance that the line explains); of several bands `red_slope`, `red_intercept` ... Nodata
---where there are not two different times, r2 where all values are equal. Without times, those of the scenes' dates, in
---years of 365.25 days since 2000-01-01.
---```lua
---local red = input.image.red
---return raster.trend({ red, red + 2, red + 5 }, { times = { 2019, 2020, 2022 } })
---```
---@param list tw.Raster[]|tw.Array[]
---@param options? { times?: number[] }
---@return tw.Raster?
function raster.trend(list, options) end
---The same list with gaps interpolated linearly in time, between the nearest valid values before and after; gaps at the
---ends stay nodata, or take the nearest value (`ends = 'nearest'`). Times as for `raster.trend`. The type is float32
---(float64 where a band needs it). nil for an empty list.
---```lua
---local red = input.image.red
---local filled = raster.fill_gaps({ red, red:where(red:gt(105)), red + 4 }, { times = { 0, 1, 4 } })
---return filled[2]
---```
---@generic T: tw.Raster|tw.Array
---@param list T[]
---@param options? { times?: number[], ends?: 'nodata'|'nearest' }
---@return T[]?
function raster.fill_gaps(list, options) end
