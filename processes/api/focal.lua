---@meta
-- SPDX-License-Identifier: MIT

---Methods of arrays that look at the neighbours of each pixel. Rasters have the filters too, band by band.
---
---They need pixels beyond the tile's edge, which the configuration gives: `pixelbuffer` under `pyramid:`. One step after
---the other adds up: `gaussian(1, { radius = 2 })` and then `dilate(3)` need 5 pixels. A script that needs more than there
---are ends the run and says how many it needs. Then neighbouring tiles fit together without a seam, to the last bit.
---
---Neighbours without data are left out, and so is what lies beyond the edge. Where the pixel itself has no data, the
---result has none. A radius is in pixels; a square of radius 1 has 3 x 3 pixels.
---
---Reads a neighbour in a function for `focal`: `at(0, 0)` is the pixel itself, `at(1, 0)` the one to the east, `at(0, 1)`
---the one to the south. A neighbour without data is NaN, which spreads through arithmetic and makes the result nodata; all
---comparisons with it are false.
---@alias tw.At fun(dx: integer, dy: integer): number

---Whether a neighbour has data.
---@alias tw.Has fun(dx: integer, dy: integer): boolean

---@class tw.Array
local Array = {}

---@class tw.Raster
---@field focal fun(self: tw.Raster, radius: integer, fn: (fun(at: tw.At, has: tw.Has): number?), options?: { dtype?: tw.Dtype }): tw.Raster Like the method of arrays, for each band.
---@field convolve fun(self: tw.Raster, kernel: number[][], options?: { normalize?: boolean }): tw.Raster Like the method of arrays, for each band.
---@field gaussian fun(self: tw.Raster, sigma: number, options?: { radius?: integer }): tw.Raster Like the method of arrays, for each band.
---@field mean_filter fun(self: tw.Raster, radius: integer): tw.Raster Like the method of arrays, for each band.
---@field median_filter fun(self: tw.Raster, radius: integer): tw.Raster Like the method of arrays, for each band.
---@field min_filter fun(self: tw.Raster, radius: integer): tw.Raster Like the method of arrays, for each band.
---@field max_filter fun(self: tw.Raster, radius: integer): tw.Raster Like the method of arrays, for each band.
---@field dilate fun(self: tw.Raster, radius: integer, options?: { shape?: 'round'|'square' }): tw.Raster Like the method of arrays, for each band.
---@field erode fun(self: tw.Raster, radius: integer, options?: { shape?: 'round'|'square' }): tw.Raster Like the method of arrays, for each band.
---@field sieve fun(self: tw.Raster, min_pixels: integer, options?: { connectedness?: 4|8 }): tw.Raster Like the method of arrays, for each band.
---@field resample fun(self: tw.Raster, size: integer, statistic?: tw.BlockStatistic): tw.Raster Like the method of arrays, for each band.

---Calls a function for every valid pixel, which reads the neighbours up to `radius` pixels away and returns a number, or
---nil for nodata. The loop is compiled to machine code. The result is float32 (float64 for 32-bit integers and doubles)
---unless `dtype` says otherwise.
---```lua
---local curvature = input.dem.elevation:focal(1, function(at)
---  return 2 * at(0, 0) - at(-1, 0) - at(1, 0)
---end)
---return curvature
---```
---```lua
---local brighter_than = input.image.red:focal(1, function(at, has)
---  local count = 0
---  for dy = -1, 1 do
---    for dx = -1, 1 do
---      if has(dx, dy) and at(0, 0) > at(dx, dy) then
---        count = count + 1
---      end
---    end
---  end
---  return count
---end, { dtype = 'uint8' })
---return brighter_than
---```
---@param radius integer
---@param fn fun(at: tw.At, has: tw.Has): number?
---@param options? { dtype?: tw.Dtype }
---@return tw.Array
function Array:focal(radius, fn, options) end
---The sum of the neighbours, each multiplied by its weight: the kernel is laid on the pixels as it is written, north on
---top, and not turned around (`scipy.ndimage.correlate`). It has an odd number of rows and columns. A result is nodata
---where a neighbour with a weight other than 0 is. With `normalize` neighbours without data are left out and the sum is
---divided by that of the others' weights, none of which may be negative. float32, or float64 for 32-bit integers and
---doubles.
---```lua
---local laplace = input.dem.elevation:convolve { { 0, 1, 0 }, { 1, -4, 1 }, { 0, 1, 0 } }
---local smooth = input.dem.elevation:convolve({ { 1, 2, 1 }, { 2, 4, 2 }, { 1, 2, 1 } }, { normalize = true })
---return raster.new { laplace = laplace, smooth = smooth }
---```
---@param kernel number[][]
---@param options? { normalize?: boolean }
---@return tw.Array
function Array:convolve(kernel, options) end
---Smoothed with a bell curve whose standard deviation is `sigma` pixels, cut off at `radius` (4 * sigma by default, as in
---scipy). The weights of neighbours without data go to the others. float32, or float64 for 32-bit integers and doubles.
---```lua
---return input.image.red:gaussian(1, { radius = 2 })
---```
---@param sigma number
---@param options? { radius?: integer }
---@return tw.Array
function Array:gaussian(sigma, options) end
---The mean of a square. float32, or float64 for 32-bit integers and doubles.
---```lua
---local e = input.dem.elevation
---return e - e:mean_filter(5)
---```
---@param radius integer
---@return tw.Array
function Array:mean_filter(radius) end
---The middle value of a square; of an even number of valid pixels the lower of the two in the middle. The type stays.
---```lua
---return input.image.red:median_filter(1)
---```
---@param radius integer At most 127.
---@return tw.Array
function Array:median_filter(radius) end
---The least value of a square. The type stays.
---```lua
---local red = input.image.red
---return red:max_filter(1) - red:min_filter(1)
---```
---@param radius integer
---@return tw.Array
function Array:min_filter(radius) end
---The greatest value of a square. The type stays.
---```lua
---return input.image.red:max_filter(2)
---```
---@param radius integer
---@return tw.Array
function Array:max_filter(radius) end
---Grows what is true in a mask (other than 0) by `radius` pixels: 1 where a true pixel is at most that far away, from
---centre to centre. With `shape = 'square'` corners count as near: 1 where the square around a pixel has a true one. The
---result is a mask (uint8). A large radius costs little.
---```lua
---local cloudy = input.image.cloud:ge(40):dilate(3)
---return input.image.red:where(cloudy:negate())
---```
---@param radius integer
---@param options? { shape?: 'round'|'square' }
---@return tw.Array mask
function Array:dilate(radius, options) end
---Shrinks what is true in a mask: 0 where a false pixel is within the radius. See `dilate`. To take away what is small
---and keep the rest as large as it was, erode and then dilate.
---```lua
---local clear = input.image.cloud:lt(40):erode(1):dilate(1)
---return input.image.red:where(clear)
---```
---@param radius integer
---@param options? { shape?: 'round'|'square' }
---@return tw.Array mask
function Array:erode(radius, options) end
---Areas of equal value that have less than `min_pixels` pixels take the value of a neighbour that is large enough: of
---those the one with which they share the longest border. In a mask small areas vanish and small holes are filled. Areas
---without a large neighbour stay. `connectedness`: whether pixels hang together along their edges (4, the default) or also
---at their corners (8). The type stays. It needs 2 * min_pixels - 1 pixels beyond the tile's edge: an area may be a line.
---(gdal_sieve prefers the largest neighbour; how large it is may depend on pixels far away, and so on the tile.)
---```lua
---return input.image.cloud:ge(40):sieve(4)
---```
---@param min_pixels integer
---@param options? { connectedness?: 4|8 }
---@return tw.Array
function Array:sieve(min_pixels, options) end
---The distance to the nearest pixel of a mask that is true (other than 0), from centre to centre; what is further away
---than `max` gets `max`. In pixels, or with `units = 'crs'` in units of the CRS. float32. Exact (Felzenszwalb and
---Huttenlocher 2012).
---```lua
---local from_cloud = input.image.cloud:ge(100):distance(8)
---return input.image.red:where(from_cloud:gt(2))
---```
---@param max number
---@param options? { units?: 'pixels'|'crs' }
---@return tw.Array
function Array:distance(max, options) end

---@alias tw.BlockStatistic 'average'|'sum'|'min'|'max'|'med'|'mode'

---Every pixel gets a statistic of the block of `size` x `size` pixels that it lies in, as though the input had larger
---pixels ('average' by default). Blocks count from the grid's north-west corner, so that they are the same in all tiles.
---Average and sum are float32 (float64 for 32-bit integers and doubles); the others keep the type. `med` is the lower one
---of two in the middle, `mode` the least of several.
---```lua
---local red = input.image.red
---return red - red:resample(4, 'average')
---```
---@param size integer In pixels, at least 2.
---@param statistic? tw.BlockStatistic
---@return tw.Array
function Array:resample(size, statistic) end

---How steep a terrain is: in degrees, or with `units = 'percent'` 100 for 45 degrees. By Horn (1981), as gdaldem. Where a
---neighbour is missing, the line through the opposite one and the pixel is followed. float32, or float64 for 32-bit
---integers and doubles.
---
---Heights and distances must be in the same unit. By default distances are metres on the ground: on geodetic grids those
---of a degree at the pixel's latitude, on mercator grids without the stretch towards the poles, elsewhere the units of the
---CRS. With `scale` they are units of the CRS multiplied by it, and nothing is corrected: 1 is what gdaldem and mapchete
---do, 111120 their usual number for degrees. `z` multiplies the heights.
---```lua
---local steep = input.dem.elevation:slope():gt(30)
---return input.dem.elevation:slope { units = 'percent', scale = 1, z = 0.3048 }:where(steep)
---```
---@param options? { units?: 'degrees'|'percent', scale?: number, z?: number }
---@return tw.Array
function Array:slope(options) end
---Where a slope faces, in degrees clockwise from north: 90 is east. Flat pixels are nodata. `scale` as for `slope`.
---float32, or float64 for 32-bit integers and doubles.
---```lua
---local aspect = input.dem.elevation:aspect()
---return aspect:gt(135):both(aspect:lt(225))
---```
---@param options? { scale?: number }
---@return tw.Array
function Array:aspect(options) end
---A terrain in the light of a sun at `azimuth` (degrees clockwise from north, 315 by default) and `altitude` (degrees above
---the horizon, 45 by default): uint8, from 1 in the shade to 255. `z` and `scale` as for `slope`; with `scale = 1` and the
---default light the pixels are those of mapchete. (mapchete turns other azimuths the wrong way round.)
---```lua
---return input.dem.elevation:hillshade { azimuth = 300, z = 2 }
---```
---@param options? { azimuth?: number, altitude?: number, z?: number, scale?: number }
---@return tw.Array
function Array:hillshade(options) end
---Topographic position: the height above the mean of the eight neighbours (Wilson et al. 2007, as gdaldem). float32, or
---float64 for 32-bit integers and doubles.
---```lua
---local ridge = input.dem.elevation:tpi():gt(0.5)
---return input.dem.elevation:where(ridge)
---```
---@return tw.Array
function Array:tpi() end
---The greatest height of 3 x 3 pixels less the least one (Wilson et al. 2007, as gdaldem). float32, or float64 for 32-bit
---integers and doubles.
---```lua
---return input.dem.elevation:roughness()
---```
---@return tw.Array
function Array:roughness() end
