---@meta
-- SPDX-License-Identifier: MIT

---Named bands of one size. A raster is not changed: every method gives a new one. Operators (`+ - * / % ^`) work band by
---band, with numbers, arrays, and rasters of as many bands.
---```lua
---local r = input.image:read { 'red', 'nir' }
---local reflectance = r / 10000
---local first_band, red = r[1], r.red
---return reflectance
---```
---@class tw.Raster
---@field [string] tw.Array
---@field [integer] tw.Array Bands count from 1.
---@operator add(number|tw.Array|tw.Raster): tw.Raster
---@operator sub(number|tw.Array|tw.Raster): tw.Raster
---@operator mul(number|tw.Array|tw.Raster): tw.Raster
---@operator div(number|tw.Array|tw.Raster): tw.Raster
---@operator mod(number|tw.Array|tw.Raster): tw.Raster
---@operator pow(number|tw.Array|tw.Raster): tw.Raster
---@operator unm: tw.Raster
local Raster = {}

---A raster of a stack knows when it was taken.
---```lua
---local summer = {}
---for scene in input.scenes:each { 'red' } do
---  if scene.date and scene.date >= '2023-08-01' and (scene.cloud_cover or 0) < 80 then
---    summer[#summer + 1] = scene
---  end
---end
---return raster.mean(summer)
---```
---@class tw.Scene: tw.Raster
---@field id string
---@field date? string `2023-08-15`
---@field datetime? string
---@field cloud_cover? number Percent, as the catalogue says.
---@field properties table<string, any> Of the catalogue's item.
---@field index integer Its place in the stack.

---Some of the bands, in this order.
---```lua
---return input.image:read():pick { 'nir', 'red' }
---```
---@param bands string|(string|integer)[]
---@return tw.Raster
function Raster:pick(bands) end
---One band by its name or number, also where the name is that of a method.
---```lua
---return input.image:read():band('red')
---```
---@param band string|integer
---@return tw.Array
function Raster:band(band) end
---Names of the bands. `pairs(r)` goes over names and bands.
---```lua
---local r = input.image:read { 'red', 'nir' }
---for name, band in pairs(r) do
---  log.info(name, band:mean())
---end
---assert(#r:bands() == 2)
---return r
---```
---@return string[]
function Raster:bands() end
---Keeps pixels where the mask is true; all others become nodata.
---```lua
---local r = input.image:read()
---return r:pick { 'red', 'green' }:where(r.cloud:lt(p.cloud_max))
---```
---@param mask tw.Array
---@return tw.Raster
function Raster:where(mask) end
---Takes nodata pixels from a number, an array, or the same band of another raster.
---```lua
---local newest = input.image:read { 'red', 'green' }
---return newest:fill(input.scenes:median { 'red', 'green' }):fill(0)
---```
---@param filler number|tw.Array|tw.Raster
---@return tw.Raster
function Raster:fill(filler) end
---Values below `low` become `low`, above `high` become `high`. The type stays. With features or geometries instead of
---numbers: pixels whose centre is in none of them become nodata, with `invert` those that are in one.
---```lua
---return input.image:read { 'red', 'green' }:clip(0, 3000)
---```
---```lua
---return input.image:read({ 'red', 'green' }):clip(input.fields:features(), { invert = true })
---```
---@param low number
---@param high number
---@return tw.Raster
---@overload fun(self: tw.Raster, features: tw.Feature|tw.Geometry|(tw.Feature|tw.Geometry)[], options?: { invert?: boolean, all_touched?: boolean }): tw.Raster
function Raster:clip(low, high) end
---Another type: values are rounded (ties to even) and clamped to its range, and never wrap around.
---```lua
---return (input.image:read { 'red' } / 40):as('uint8')
---```
---@param dtype tw.Dtype
---@return tw.Raster
function Raster:as(dtype) end
---Other names for all bands.
---```lua
---return input.image:read { 'red', 'nir' }:rename { 'B04', 'B08' }
---```
---@param names string[]
---@return tw.Raster
function Raster:rename(names) end
---One band more, or another band of that name.
---```lua
---local r = input.image:read { 'red', 'nir' }
---return r:with('ndvi', (r.nir - r.red) / (r.nir + r.red))
---```
---@param name string
---@param band tw.Array
---@return tw.Raster
function Raster:with(name, band) end
---Calls a function for every pixel that is valid in all of `inputs`, with their values. It returns a number for each name
---of `outputs`, or nil for nodata; NaN in any of them is nodata, too. The loop is compiled to machine code, some 2 ns a
---pixel for a formula; the result is float32 (float64 where a band needs it) unless `dtype` says otherwise.
---```lua
---return input.image:read():map({ 'red', 'nir', 'cloud' }, { 'ndvi' }, function(red, nir, cloud)
---  if cloud > 80 then
---    return nil
---  end
---  return (nir - red) / (nir + red)
---end)
---```
---@param inputs (string|integer)[]
---@param outputs string[]
---@param fn fun(...: number): ...
---@param options? { dtype?: tw.Dtype }
---@return tw.Raster
function Raster:map(inputs, outputs, fn, options) end
