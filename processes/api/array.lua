---@meta
-- SPDX-License-Identifier: MIT

---Pixels of one band. An array is not changed: every method and operator gives a new one. Operators (`+ - * / % ^`) give
---float32, or float64 where a 32-bit integer or a double is involved; everything that only moves pixels keeps the type.
---Nodata spreads: the result is nodata where an operand is, and where it is no number (0 / 0).
---
---Nothing is computed until the pixels are needed: a formula is then run over blocks that fit into the cache, and writes
---nothing but its result. A long formula costs no more memory than a short one.
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
---@field name? string The band it was read from, or what `with` says; what keeps the values takes over the description.
---@field unit? string Of the values, as the input's file or `with` says.
---@field scale? number The quantity is value * scale + offset; 1 where the input was read with `scale: true`.
---@field offset? number
---@field le fun(self: tw.Array, other: number|tw.Array): tw.Array At most.
---@field gt fun(self: tw.Array, other: number|tw.Array): tw.Array Greater than.
---@field ge fun(self: tw.Array, other: number|tw.Array): tw.Array At least.
---@field eq fun(self: tw.Array, other: number|tw.Array): tw.Array Equal to.
---@field ne fun(self: tw.Array, other: number|tw.Array): tw.Array Not equal to.
---@field sqrt fun(self: tw.Array): tw.Array
---@field exp fun(self: tw.Array): tw.Array
---@field log fun(self: tw.Array): tw.Array
---@field sin fun(self: tw.Array): tw.Array Of radians.
---@field cos fun(self: tw.Array): tw.Array Of radians.
---@field tan fun(self: tw.Array): tw.Array Of radians.
---@field floor fun(self: tw.Array): tw.Array
---@field ceil fun(self: tw.Array): tw.Array
---@field round fun(self: tw.Array): tw.Array Ties to even.
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
---Values below `low` become `low`, above `high` become `high`. The type stays. With features or geometries instead of
---numbers: pixels whose centre is in none of them become nodata, with `invert` those that are in one.
---```lua
---return (input.image.nir / input.image.red):clip(0, 3)
---```
---```lua
---local fields = input.fields:features()
---return input.image.red:clip(fields, { all_touched = true })
---```
---@param low number
---@param high number
---@return tw.Array
---@overload fun(self: tw.Array, features: tw.Feature|tw.Geometry|(tw.Feature|tw.Geometry)[], options?: { invert?: boolean, all_touched?: boolean }): tw.Array
function Array:clip(low, high) end
---Another type: values are rounded (ties to even) and clamped to its range, and never wrap around.
---```lua
---return (input.image.nir / 4):as('uint8')
---```
---@param dtype tw.Dtype
---@return tw.Array
function Array:as(dtype) end
---Without its sign. In the same way `sqrt`, `exp`, `log`, `sin`, `cos`, `tan` (angles are radians), and `floor`, `ceil`,
---`round` (ties to even), which leave integers as they are. `sqrt` and `log` of negative numbers are nodata.
---```lua
---local e = input.dem.elevation
---return (e:abs():sqrt() + e:exp():log()):floor():round()
---```
---@return tw.Array
function Array:abs() end
---The angle in radians, from -pi to pi, of the point (x, y): `y:atan2(x)`.
---```lua
---local east, north = input.image.red - 106, input.image.nir - 406
---return north:atan2(east) * (180 / math.pi)
---```
---@param x number|tw.Array
---@return tw.Array
function Array:atan2(x) end
---A straight line through (`from_low`, `to_low`) and (`from_high`, `to_high`). Values beyond these limits go on along the
---line: `clip`, or `as` with a type, cuts them off.
---```lua
---return input.image.red:rescale(0, 3000, 0, 255):as('uint8')
---```
---@param from_low number
---@param from_high number
---@param to_low number
---@param to_high number
---@return tw.Array
function Array:rescale(from_low, from_high, to_low, to_high) end
---A rectangle of the array, as a view: its pixels are not copied. Column and row of its north-west pixel count from 0. A
---script that moves pixels with it (slice here, `set` there) has seams at the tiles' edges: `focal` looks at neighbours
---without.
---```lua
---local e = input.dem.elevation
---local width, height = e.width - 1, e.height
---local from_west = e:slice(1, 0, width, height) - e:slice(0, 0, width, height)
---return e:set(1, 0, from_west)
---```
---@param col integer
---@param row integer
---@param width integer
---@param height integer
---@return tw.Array
function Array:slice(col, row, width, height) end
---A copy with other pixels: one pixel (`nil` makes it nodata), a rectangle that begins at a pixel, or all pixels of a mask.
---The type becomes one that holds both.
---```lua
---local red = input.image.red
---local marked = red:set(0, 0, 255):set(1, 0, nil)
---return marked:set(red:gt(108), 0)
---```
---@param col integer|tw.Array Or a mask.
---@param row integer|number|tw.Array After a mask: the new value.
---@param value? number|tw.Array
---@return tw.Array
function Array:set(col, row, value) end
---The same pixels with a description; what is not named stays. Methods that keep the values keep the description.
---```lua
---local height = input.dem.elevation:with { name = 'height', unit = 'm' }
---assert(height:where(height:gt(0)).unit == 'm')
---return height
---```
---@param description { name?: string, unit?: string, scale?: number, offset?: number }
---@return tw.Array
function Array:with(description) end
---The value below which `q` percent of the valid pixels lie, interpolated between the two next to it (as numpy does); nil
---when there is none. Of the tile, as all statistics are.
---```lua
---local red = input.image.red
---return red:rescale(red:percentile(2), red:percentile(98), 0, 255):as('uint8')
---```
---@param q number From 0 to 100.
---@return number?
function Array:percentile(q) end
---Counts the valid pixels in bins of equal width. Each bin holds its lower edge, the last one also the upper one; values
---beyond the limits are not counted. By default 10 bins from the least to the greatest value.
---```lua
---local counts, edges = input.image.red:histogram { bins = 4, low = 100, high = 112 }
---log.info(counts[1], 'pixels from', edges[1], 'to', edges[2])
---return nil
---```
---@param options? { bins?: integer, low?: number, high?: number }
---@return integer[] counts
---@return number[] edges One more than there are bins.
function Array:histogram(options) end
---The least valid value of the tile; nil when there is none. In the same way `max`, `mean` and `std` (of the population).
---```lua
---local red = input.image.red
---local contrast = (red - red:mean()) / red:std()
---assert(red:min() <= red:max())
---return contrast
---```
---@return number?
function Array:min() end
---All valid values together, 0 when there is none; of a mask the number of pixels where it is true.
---```lua
---local share = input.image.red:gt(105):sum() / (tile.width * tile.height)
---return input.image.red * share
---```
---@return number
function Array:sum() end
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
---Polygons of connected pixels of equal value; nodata is left out. `connectedness`: whether pixels hang together along
---their edges (4) or also at their corners (8). Each feature has its value as the property `field` ('value' by default).
---```lua
---local dry = input.image.nir:lt(520)
---local result = {}
---for _, area in ipairs(dry:polygonize { connectedness = 8, field = 'dry' }) do
---  if area.properties.dry == 1 then
---    result[#result + 1] = area
---  end
---end
---return result
---```
---@param options? { connectedness?: 4|8, field?: string }
---@return tw.Feature[]
function Array:polygonize(options) end
---Lines of equal value, at base + n * interval (the base is 0 by default) or at `levels`. Each feature has its level as
---the property `field` ('value' by default).
---```lua
---return input.dem.elevation:contours { interval = 100, field = 'elev' }
---```
---@param options { interval?: number, base?: number, levels?: number[], field?: string }
---@return tw.Feature[]
function Array:contours(options) end
