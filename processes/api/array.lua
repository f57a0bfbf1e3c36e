---@meta
-- SPDX-License-Identifier: MIT

---Pixels of one band. An array is not changed: every method and operator gives a new one. Operators (`+ - * / % ^`) give
---float32, or float64 where a 32-bit integer or a double is involved; everything that only moves pixels keeps the type.
---Nodata spreads: the result is nodata where an operand is, and where it is no number (0 / 0).
---
---Comparisons are methods, because Lua turns `a < 40` into true or false. They give masks: arrays of 0 and 1.
---```lua
---local red, nir = input.image.red, input.image.nir
---local bright = red:gt(105):both(nir:ge(500)):either(input.image.cloud:eq(0))
---return ((nir - red) / (nir + red)):where(bright:negate())
---```
---@class tw.Array
---@field width integer
---@field height integer
---@field dtype tw.Dtype
---@field le fun(self: tw.Array, other: number|tw.Array): tw.Array At most.
---@field gt fun(self: tw.Array, other: number|tw.Array): tw.Array Greater than.
---@field ge fun(self: tw.Array, other: number|tw.Array): tw.Array At least.
---@field eq fun(self: tw.Array, other: number|tw.Array): tw.Array Equal to.
---@field ne fun(self: tw.Array, other: number|tw.Array): tw.Array Not equal to.
---@field sqrt fun(self: tw.Array): tw.Array
---@field exp fun(self: tw.Array): tw.Array
---@field log fun(self: tw.Array): tw.Array
---@field floor fun(self: tw.Array): tw.Array
---@field round fun(self: tw.Array): tw.Array
---@field max fun(self: tw.Array): number?
---@field mean fun(self: tw.Array): number?
---@field std fun(self: tw.Array): number?
---@operator add(number|tw.Array): tw.Array
---@operator sub(number|tw.Array): tw.Array
---@operator mul(number|tw.Array): tw.Array
---@operator div(number|tw.Array): tw.Array
---@operator mod(number|tw.Array): tw.Array
---@operator pow(number|tw.Array): tw.Array
---@operator unm: tw.Array
local Array = {}

---Less than. In the same way `le` (at most), `gt` (greater), `ge` (at least), `eq` (equal), `ne` (not equal).
---```lua
---return input.image.red:where(input.image.cloud:lt(p.cloud_max))
---```
---@param other number|tw.Array
---@return tw.Array mask
function Array:lt(other) end
---Equal to one of these numbers.
---```lua
---local cloudy = input.image.cloud:in_ { 30, 80, 90 }
---return input.image.red:where(cloudy:negate())
---```
---@param numbers number[]
---@return tw.Array mask
function Array:in_(numbers) end
---True where both masks are. Nodata where one of them is.
---@param mask tw.Array
---@return tw.Array mask
function Array:both(mask) end
---True where one of the masks is. Nodata where one of them is.
---@param mask tw.Array
---@return tw.Array mask
function Array:either(mask) end
---True where the mask is false.
---@return tw.Array mask
function Array:negate() end
---Keeps pixels where the mask is true; all others become nodata. Pixels where the mask is nodata do, too.
---```lua
---return input.dem.elevation:where(input.dem.elevation:gt(0))
---```
---@param mask tw.Array
---@return tw.Array
function Array:where(mask) end
---Takes nodata pixels from a number or another array.
---```lua
---return input.image.red:fill(0)
---```
---@param filler number|tw.Array
---@return tw.Array
function Array:fill(filler) end
---Values below `low` become `low`, above `high` become `high`. The type stays.
---```lua
---return (input.image.nir / input.image.red):clip(0, 3)
---```
---@param low number
---@param high number
---@return tw.Array
function Array:clip(low, high) end
---Another type: values are rounded (ties to even) and clamped to its range, and never wrap around.
---```lua
---return (input.image.nir / 4):as('uint8')
---```
---@param dtype tw.Dtype
---@return tw.Array
function Array:as(dtype) end
---Functions of each pixel, like `sqrt`, `exp` and `log`. `floor` and `round` (ties to even) leave integers as they are;
---`sqrt` and `log` of negative numbers are nodata.
---```lua
---local e = input.dem.elevation
---return (e:abs():sqrt() + e:exp():log()):floor():round()
---```
---@return tw.Array
function Array:abs() end
---The least valid value of the tile; nil when there is none. In the same way `max`, `mean` and `std` (of the population).
---```lua
---local red = input.image.red
---local contrast = (red - red:mean()) / red:std()
---assert(red:min() <= red:max())
---return contrast
---```
---@return number?
function Array:min() end
---The number of valid pixels.
---```lua
---if input.image.red:count() < tile.width * tile.height / 2 then
---  return nil
---end
---return input.image.red
---```
---@return integer
function Array:count() end
---One pixel; nil where it is nodata. Columns and rows count from 0 at the north-west.
---```lua
---local corner = input.image.red:get(0, 0)
---return input.image.red - corner
---```
---@param col integer
---@param row integer
---@return number?
function Array:get(col, row) end
