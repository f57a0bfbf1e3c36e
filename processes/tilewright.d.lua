---@meta
-- SPDX-License-Identifier: MIT
--
-- Everything that a process script can use. Editors with the Lua language server (LuaLS) complete and explain it
-- when this file is in their library path; it is the reference, and a test runs every example in it.
--
-- Examples are bodies of run(tile, input, p). In them `input.image` is a raster input with the bands red, green,
-- blue, nir and cloud, `input.dem` one with the band elevation, and `input.scenes` a stack with image's bands.

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
---@field inputs? table<string, string> Names of inputs with their kind: 'raster', 'stack' or 'any'. A question mark behind it makes an input optional: it is nil when the configuration does not give it. Without this field a script takes whatever inputs there are.
---@field any_input_name? boolean The only input may have any name in the configuration.
---@field params? table<string, any> Names of parameters with their defaults, which `process_parameters` overrides. The default's type is the parameter's type. See `param` for parameters without a default.
---@field output? tw.Output What the process makes; the configuration's `output` overrides it.
---@field run fun(tile: tw.Tile, input: table<string, tw.RasterInput|tw.Stack>, p: table<string, any>): tw.Raster|tw.Array|tw.Array[]|nil Makes the output of one tile: a raster, an array (one band), a list or a table of arrays, or nil for nothing.

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

---The tile in work. Width, height and bounds include the pixelbuffer.
---```lua
---local metres_across = tile.width * tile.pixel_size
---log.info(tile.id, tile.zoom, tile.bounds.left, metres_across)
---return input.image.red
---```
---@class tw.Tile
---@field id string `zoom/row/col`, as in messages
---@field zoom integer
---@field row integer Counted from the north.
---@field col integer
---@field width integer In pixels.
---@field height integer In pixels.
---@field bounds { left: number, bottom: number, right: number, top: number } In units of the CRS.
---@field crs string As in `EPSG:3857`.
---@field pixel_size number Width of a pixel in units of the CRS; the same as `pixel_width`.
---@field pixel_width number
---@field pixel_height number
---@field pixelbuffer integer Pixels beyond the tile's edge on each side.

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
---valid in all of `bands`, in the stack's order. It returns a number for each name of `outputs`, or nil for nodata. It is
---not called where nothing was observed. The loop is compiled to machine code; the result is float32 (float64 where a
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
---Values below `low` become `low`, above `high` become `high`. The type stays.
---```lua
---return input.image:read { 'red', 'green' }:clip(0, 3000)
---```
---@param low number
---@param high number
---@return tw.Raster
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
---of `outputs`, or nil for nodata. The loop is compiled to machine code; the result is float32 (float64 where a band needs
---it) unless `dtype` says otherwise.
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
---Functions of each pixel. `floor` and `round` (ties to even) leave integers as they are; `sqrt` and `log` of negative
---numbers are nodata.
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
---Lines on the terminal. `print` is `log.info`.
---```lua
---log.info('mean of', tile.id, input.image.red:mean())
---log.warn('this is only an example')
---return nil
---```
---@class tw.log
log = {}
---@param ... any
function log.info(...) end
---@param ... any
function log.warn(...) end
