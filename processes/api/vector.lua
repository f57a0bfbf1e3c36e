---@meta
-- SPDX-License-Identifier: MIT

---A vector input: points, lines or polygons with properties, in the CRS of the tile.
---@class tw.VectorInput
local VectorInput = {}

---The features whose geometry meets the tile (with its pixelbuffer), in the order of the file. They are whole, so that
---areas and lengths are those of the feature; with `clip` they are cut at the tile's edges, and those that only touch
---it are left out. What a script returns is cut by the output in any case.
---```lua
---local wheat = {}
---for _, field in ipairs(input.fields:features()) do
---  if field.properties.crop == 'wheat' and field.geometry:area() > 10000 then
---    wheat[#wheat + 1] = field
---  end
---end
---return wheat
---```
---```lua
---local inside = input.fields:features { clip = true }
---return input.image.red:clip(inside)
---```
---@param options? { clip?: boolean }
---@return tw.Feature[]
function VectorInput:features(options) end

---A geometry and its properties: texts, numbers and booleans. A property without a value is nil; the name of one that
---the input does not have at all is refused. Features may be changed: they are the script's own. In results, numbers that
---are not finite are left out.
---```lua
---for _, field in ipairs(input.fields:features()) do
---  field.properties.hectares = field.geometry:area() / 10000
---  field.geometry = field.geometry:buffer(-10)
---  log.info(field.properties.name, field.properties.hectares)
---end
---return nil
---```
---@class tw.Feature
---@field geometry tw.Geometry
---@field properties table<string, string|number|boolean>

---Points, lines or polygons. A geometry is not changed: every method gives a new one. Lengths are in units of the CRS,
---areas in their squares: degrees on geodetic grids, and metres that grow towards the poles on mercator grids. All of it
---is plane geometry, by the library GEOS. Where a method takes a geometry, a feature will do.
---
---A geometry that is made in `setup`, or outside of all functions, stays for all tiles; others end with their tile.
---```lua
---local town = vector.point(tile.bounds.left, tile.bounds.top):buffer(5000)
---local near = {}
---for _, field in ipairs(input.fields:features()) do
---  if field.geometry:intersects(town) then
---    near[#near + 1] = vector.feature(field.geometry:intersection(town), { name = field.properties.name })
---  end
---end
---return near
---```
---@class tw.Geometry
---@field type 'Point'|'LineString'|'Polygon'|'MultiPoint'|'MultiLineString'|'MultiPolygon'|'GeometryCollection'
---@field bounds? { left: number, bottom: number, right: number, top: number } nil when it is empty.
---@field is_empty boolean
---@field is_valid boolean Whether rings neither cross themselves nor each other.
---@field disjoint fun(self: tw.Geometry, other: tw.Geometry|tw.Feature): boolean They share no point.
---@field contains fun(self: tw.Geometry, other: tw.Geometry|tw.Feature): boolean No point of the other is outside, and one is inside.
---@field within fun(self: tw.Geometry, other: tw.Geometry|tw.Feature): boolean The other contains it.
---@field touches fun(self: tw.Geometry, other: tw.Geometry|tw.Feature): boolean They share points of their edges only.
---@field overlaps fun(self: tw.Geometry, other: tw.Geometry|tw.Feature): boolean Of one dimension, they share a part of it, and neither contains the other.
---@field crosses fun(self: tw.Geometry, other: tw.Geometry|tw.Feature): boolean A line enters a polygon and leaves it, or lines cross.
---@field equals fun(self: tw.Geometry, other: tw.Geometry|tw.Feature): boolean The same points, however they are written down.
---@field union fun(self: tw.Geometry, other: tw.Geometry|tw.Feature): tw.Geometry What is in one of them. For many, `vector.union` is faster.
---@field difference fun(self: tw.Geometry, other: tw.Geometry|tw.Feature): tw.Geometry What is not in the other.
---@field symmetric_difference fun(self: tw.Geometry, other: tw.Geometry|tw.Feature): tw.Geometry What is in one of them only.
---@field convex_hull fun(self: tw.Geometry): tw.Geometry The smallest convex polygon around it.
---@field boundary fun(self: tw.Geometry): tw.Geometry The rings of polygons, the ends of lines.
local Geometry = {}

---Whether they share a point. In the same way `disjoint contains within touches overlaps crosses equals`, as OGC's Simple
---Features define them (06-103r4, 6.1.15). To ask many features about one geometry is fast: it is indexed.
---```lua
---local centre = vector.box(tile.bounds):centroid()
---for _, field in ipairs(input.fields:features()) do
---  if centre:within(field) or field.geometry:touches(centre:buffer(10)) then
---    return { field }
---  end
---end
---return {}
---```
---@param other tw.Geometry|tw.Feature
---@return boolean
function Geometry:intersects(other) end
---The shortest distance, 0 where they intersect; nil when one is empty.
---```lua
---local fields = input.fields:features()
---local far = fields[1].geometry:distance(fields[2])
---return input.image.red:where(input.image.red:gt(far / 1000))
---```
---@param other tw.Geometry|tw.Feature
---@return number?
function Geometry:distance(other) end
---The area of polygons; 0 of points and lines.
---@return number
function Geometry:area() end
---The length of lines, and of the rings of polygons.
---```lua
---local compact = {}
---for _, field in ipairs(input.fields:features()) do
---  local g = field.geometry
---  if 4 * math.pi * g:area() / g:length() ^ 2 > 0.5 then
---    compact[#compact + 1] = field
---  end
---end
---return compact
---```
---@return number
function Geometry:length() end
---All that is no farther off than a distance; polygons shrink by a negative one. `segments`: the lines of a quarter
---circle (8). `cap`: how lines end, 'round', 'flat' or 'square'.
---```lua
---local b = tile.bounds
---local road = vector.line { { b.left, b.bottom }, { b.right, b.top } }
---return vector.mask(road:buffer(4000, { cap = 'flat' }))
---```
---@param distance number In units of the CRS.
---@param options? { segments?: integer, cap?: 'round'|'flat'|'square' }
---@return tw.Geometry
function Geometry:buffer(distance, options) end
---Fewer points, the edges no farther off than the tolerance; rings stay rings (Douglas and Peucker 1973, preserving the
---topology of each geometry, not that between neighbours).
---```lua
---local coarse = {}
---for i, field in ipairs(input.fields:features()) do
---  coarse[i] = vector.feature(field.geometry:simplify(tile.pixel_size), field.properties)
---end
---return coarse
---```
---@param tolerance number In units of the CRS.
---@return tw.Geometry
function Geometry:simplify(tolerance) end
---What is in both. In the same way `union`, `difference` and `symmetric_difference`. Both have to be valid.
---```lua
---local tile_box = vector.box(tile.bounds)
---local rest = tile_box
---for _, field in ipairs(input.fields:features()) do
---  rest = rest:difference(field)
---end
---return { vector.feature(rest, { share = rest:area() / tile_box:area() }) }
---```
---@param other tw.Geometry|tw.Feature
---@return tw.Geometry
function Geometry:intersection(other) end
---The centre of mass, a point. It need not lie inside.
---```lua
---local labels = {}
---for i, field in ipairs(input.fields:features()) do
---  labels[i] = vector.feature(field.geometry:centroid(), { label = field.properties.name })
---end
---return labels
---```
---@return tw.Geometry
function Geometry:centroid() end
---A valid geometry of the same points: rings that cross themselves become several (GEOS MakeValid, method "structure").
---```lua
---local bow = vector.polygon { { 0, 0 }, { 2, 2 }, { 2, 0 }, { 0, 2 } }
---assert(not bow.is_valid and bow:make_valid():area() == 2)
---return nil
---```
---@return tw.Geometry
function Geometry:make_valid() end
---Numbers: `{ x, y }` of a point, a list of them of a line, a list of rings of a polygon, lists of these of the others.
---```lua
---local xy = vector.point(3, 4):coordinates()
---local ring = vector.box(0, 0, 2, 1):coordinates()[1]
---assert(xy[1] == 3 and xy[2] == 4 and #ring == 5)
---return nil
---```
---@return table
function Geometry:coordinates() end
---Well-known text, exact to the last digit.
---@return string
function Geometry:wkt() end

---Makes geometries and features, and arrays of them. Coordinates are x, y (east, north) in the CRS of the tile.
---@class tw.vector
vector = {}

---A feature of its own. Properties are copied.
---```lua
---local b = tile.bounds
---return { vector.feature(vector.point(b.left, b.top), { name = 'corner', rank = 1, checked = true }) }
---```
---@param geometry tw.Geometry
---@param properties? table<string, string|number|boolean>
---@return tw.Feature
function vector.feature(geometry, properties) end
---A point.
---```lua
---local b = tile.bounds
---local centre = vector.point((b.left + b.right) / 2, (b.bottom + b.top) / 2)
---return { vector.feature(centre, { id = tile.id }) }
---```
---@param x number
---@param y number
---@return tw.Geometry
function vector.point(x, y) end
---A line through points, `{ x, y }` or geometries.
---```lua
---local b = tile.bounds
---local diagonal = vector.line { { b.left, b.bottom }, { b.right, b.top } }
---return { vector.feature(diagonal, { length = diagonal:length() }) }
---```
---@param points (number[]|tw.Geometry)[]
---@return tw.Geometry
function vector.line(points) end
---A polygon with this ring, which need not end where it begins, and holes.
---```lua
---local square = vector.polygon({ { 0, 0 }, { 9, 0 }, { 9, 9 }, { 0, 9 } }, { { { 1, 1 }, { 2, 1 }, { 2, 2 } } })
---assert(square:area() == 80.5)
---return nil
---```
---@param points (number[]|tw.Geometry)[]
---@param holes? (number[]|tw.Geometry)[][]
---@return tw.Geometry
function vector.polygon(points, holes) end
---A rectangle: four numbers, or one table of them such as `tile.bounds`.
---```lua
---local tile_box = vector.box(tile.bounds)
---return { vector.feature(tile_box, { id = tile.id }) }
---```
---@param left number|{ left: number, bottom: number, right: number, top: number }
---@param bottom? number
---@param right? number
---@param top? number
---@return tw.Geometry
function vector.box(left, bottom, right, top) end
---Of well-known text.
---```lua
---assert(vector.wkt('MULTIPOINT (1 2, 3 4)').type == 'MultiPoint')
---return nil
---```
---@param text string
---@return tw.Geometry
function vector.wkt(text) end
---What is in one of many geometries or features. Empty for an empty list.
---```lua
---local all = vector.union(input.fields:features())
---return { vector.feature(all, { area = all:area() }) }
---```
---@param list (tw.Feature|tw.Geometry)[]
---@return tw.Geometry
function vector.union(list) end
---True for pixels whose centre is in one of the features; with `all_touched` for all that one of them touches.
---```lua
---local fields = vector.mask(input.fields:features())
---return input.image.red:where(fields:negate())
---```
---@param features tw.Feature|tw.Geometry|(tw.Feature|tw.Geometry)[]
---@param options? { all_touched?: boolean }
---@return tw.Array mask
function vector.mask(features, options) end
---Burns features into pixels, later ones over earlier ones; all others are nodata. `value`: a number, or the name of a
---property that holds numbers (features where it is nil are left out); without it the result is `vector.mask`. `dtype`:
---by default float64, which holds every number.
---```lua
---return vector.rasterize(input.fields:features(), { value = 'yield', dtype = 'float32' })
---```
---@param features tw.Feature|tw.Geometry|(tw.Feature|tw.Geometry)[]
---@param options? { value?: number|string, all_touched?: boolean, dtype?: tw.Dtype }
---@return tw.Array
function vector.rasterize(features, options) end
