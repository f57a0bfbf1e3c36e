-- SPDX-License-Identifier: MIT
-- Geometries: points, lines and polygons of GEOS (core/base/figure.h). A script holds a small handle; what GEOS
-- makes for it is freed when the tile ends, or before, when the script has no use for it any more.
local tw = ...
local ffi = require('ffi')
local host, raise, check = tw.host, tw.raise, tw.check

-- core/base/feature.h, value.h, geometry.h, figure.h, script.h and functions_vectors.h.
ffi.cdef [[
struct tw_value {
  int kind, line, col;
  const char *file, *text;
  double number;
  bool boolean;
  size_t count;
  struct tw_value *items;
  struct tw_member *members;
};
struct tw_member { const char *key; int line, col; struct tw_value value; };
struct tw_feature { const void *wkb; size_t wkb_size; struct tw_value *properties; };
struct tw_features { size_t count; struct tw_feature *items; };
struct tw_box { double left, bottom, right, top; };
struct tw_figure_buffer { double distance; int32_t segments, cap; };
struct tw_script_contours { double interval, base; const double *levels; size_t num_levels; };
struct tw_script_geometry { void *_figure; int32_t _tile, _bytes; };

typedef const struct tw_script_geometry *tw_geometry_argument;
struct tw_vector_functions {
  int32_t size_bytes, mirrored_bytes;

  int32_t (*from_wkt)(struct tw_host *, const char *, struct tw_script_geometry *);
  int32_t (*from_feature)(struct tw_host *, const struct tw_feature *, struct tw_script_geometry *);
  void (*release)(struct tw_host *, struct tw_script_geometry *);
  int32_t (*check_budget)(struct tw_host *);

  const char *(*type)(tw_geometry_argument);
  bool (*is_empty)(tw_geometry_argument);
  bool (*is_valid)(tw_geometry_argument);
  bool (*bounds)(tw_geometry_argument, struct tw_box *);
  int32_t (*relate)(struct tw_host *, tw_geometry_argument, int32_t, tw_geometry_argument, bool *);
  int32_t (*distance)(struct tw_host *, tw_geometry_argument, tw_geometry_argument, double *);
  int32_t (*measure)(struct tw_host *, tw_geometry_argument, int32_t, double *);

  int32_t (*overlay)(struct tw_host *, int32_t, tw_geometry_argument, tw_geometry_argument,
                     struct tw_script_geometry *);
  int32_t (*unite)(struct tw_host *, void **, int64_t, struct tw_script_geometry *);
  int32_t (*change)(struct tw_host *, int32_t, tw_geometry_argument, struct tw_script_geometry *);
  int32_t (*buffer)(struct tw_host *, tw_geometry_argument, const struct tw_figure_buffer *,
                    struct tw_script_geometry *);
  int32_t (*simplify)(struct tw_host *, tw_geometry_argument, double, struct tw_script_geometry *);
  int32_t (*clip)(struct tw_host *, tw_geometry_argument, struct tw_script_geometry *);

  char *(*wkt)(tw_geometry_argument);
  void (*free_text)(void *);
  int32_t (*wkb)(struct tw_host *, tw_geometry_argument, struct tw_feature *);

  int32_t (*read)(struct tw_host *, int32_t, struct tw_features *);
  int32_t (*rasterize)(struct tw_host *, const struct tw_features *, const double *, bool, struct tw_array *);
  int32_t (*mask)(struct tw_host *, const struct tw_features *, bool, struct tw_array *);
  int32_t (*polygonize)(struct tw_host *, const struct tw_array *, bool, struct tw_features *);
  int32_t (*contours)(struct tw_host *, const struct tw_array *, const struct tw_script_contours *,
                      struct tw_features *);
  int32_t (*set_result)(struct tw_host *, const struct tw_features *);
};
]]

local vectors = ffi.cast('const struct tw_vector_functions *', host.vectors)
local mirrored_bytes = 0
for name in ('member feature features box figure_buffer script_contours script_geometry'):gmatch('%S+') do
  mirrored_bytes = mirrored_bytes + ffi.sizeof('struct tw_' .. name)
end
assert(vectors.size_bytes == ffi.sizeof('struct tw_vector_functions') and vectors.mirrored_bytes == mirrored_bytes,
  'lib/geometry.lua does not match functions_vectors.h')
tw.vectors = vectors

local Geometry = {}
local Type -- the metatype, at the end of this file

function tw.is_geometry(value)
  return ffi.istype(Type, value)
end

-- Lua's collector knows the handles' size, not that of what is behind them.
local COLLECT_BYTES = 32 * 1024 * 1024
local bytes_since = 0

local function collect()
  bytes_since = 0
  collectgarbage()
end

-- Every geometry is made as in: local made = Type(); return finish(made, vectors.clip(host, geometry, made))
local function finish(made, status)
  if status == tw.status.BUDGET and made._figure ~= nil then
    collect()
    status = vectors.check_budget(host)
  end
  check(status)
  bytes_since = bytes_since + made._bytes
  if bytes_since > COLLECT_BYTES then
    collect()
  end
  return made
end

function tw.new_geometry(feature)
  local made = Type()
  return finish(made, vectors.from_feature(host, feature, made))
end

function tw.clipped(geometry)
  local made = Type()
  return finish(made, vectors.clip(host, geometry, made))
end

local function from_wkt(text)
  local made = Type()
  return finish(made, vectors.from_wkt(host, text, made))
end

local function check_alive(geometry)
  if geometry._tile ~= host.tile_number and geometry._tile ~= 0 then
    raise('this geometry belongs to another tile: keep its g:wkt(), or make it in setup')
  end
  return geometry
end

-- A geometry, or that of a feature. what: the method's name, for the message.
function tw.geometry_argument(value, what)
  local geometry = tw.is_feature(value) and value.geometry or value
  if not tw.is_geometry(geometry) then
    raise('%s needs a geometry or a feature, not %s', what, tw.show(value))
  end
  return check_alive(geometry)
end

local methods = {}

-- Numbers of enum tw_figure_relation.
local flag, number = ffi.new('bool[1]'), ffi.new('double[1]')
for relation, name in ipairs { 'intersects', 'disjoint', 'contains', 'within', 'touches', 'overlaps', 'crosses',
                               'equals' } do
  methods[name] = function(geometry, other)
    other = tw.geometry_argument(other, name)
    check(vectors.relate(host, geometry, relation - 1, other, flag))
    return flag[0]
  end
end

function methods.distance(geometry, other)
  other = tw.geometry_argument(other, 'distance')
  check(vectors.distance(host, geometry, other, number))
  return number[0] == number[0] and number[0] or nil
end

for measure, name in ipairs { 'area', 'length' } do
  methods[name] = function(geometry)
    check(vectors.measure(host, geometry, measure - 1, number))
    return number[0]
  end
end

for overlay, name in ipairs { 'union', 'intersection', 'difference', 'symmetric_difference' } do
  methods[name] = function(geometry, other)
    other = tw.geometry_argument(other, name)
    local made = Type()
    return finish(made, vectors.overlay(host, overlay - 1, geometry, other, made))
  end
end

for change, name in ipairs { 'centroid', 'make_valid', 'convex_hull', 'boundary' } do
  methods[name] = function(geometry)
    local made = Type()
    return finish(made, vectors.change(host, change - 1, geometry, made))
  end
end

local caps = { round = 1, flat = 2, square = 3 }

function methods.buffer(geometry, distance, options)
  if type(distance) ~= 'number' or distance ~= distance or math.abs(distance) == math.huge then
    raise('buffer needs a distance in units of the CRS, as in g:buffer(100), not %s', tw.show(distance))
  end
  options = tw.check_options('buffer', options, { 'segments', 'cap' })
  local segments, cap = options.segments or 8, options.cap or 'round'
  if type(segments) ~= 'number' or segments % 1 ~= 0 or segments < 1 or segments > 10000 then
    raise('buffer: segments is the number of lines of a quarter circle, not %s', tw.show(segments))
  end
  if not caps[cap] then
    tw.raise_unknown(("buffer: unknown cap '%s'"):format(tostring(cap)), cap, tw.names_of(caps))
  end
  local how, made = ffi.new('struct tw_figure_buffer', distance, segments, caps[cap]), Type()
  return finish(made, vectors.buffer(host, geometry, how, made))
end

function methods.simplify(geometry, tolerance)
  if type(tolerance) ~= 'number' or not (tolerance >= 0 and tolerance < math.huge) then
    raise('simplify needs a tolerance in units of the CRS, as in g:simplify(10), not %s', tw.show(tolerance))
  end
  local made = Type()
  return finish(made, vectors.simplify(host, geometry, tolerance, made))
end

function methods.wkt(geometry)
  local text = vectors.wkt(geometry)
  if text == nil then
    error('not enough memory', 0)
  end
  local wkt = ffi.string(text)
  vectors.free_text(text)
  return wkt
end

-- Lists of { x, y }, as deep as the brackets of WKT.
local function nested(text)
  local list = {}
  if text:find('(', 1, true) then
    for part in text:gmatch('%b()') do
      list[#list + 1] = nested(part:sub(2, -2))
    end
  else
    for x, y in text:gmatch('([^%s,]+) ([^%s,]+)') do
      list[#list + 1] = { tonumber(x), tonumber(y) }
    end
  end
  return list
end

function methods.coordinates(geometry)
  local kind, text = methods.wkt(geometry):match('^(%u+) ?(.*)$')
  if kind == 'GEOMETRYCOLLECTION' then
    raise('coordinates: a GeometryCollection mixes points, lines and polygons, and has no coordinates of its own')
  elseif kind == 'MULTIPOINT' then
    text = '(' .. text:gsub('[()]', '') .. ')' -- GEOS 3.12 puts each point into brackets
  end
  local list = nested(text)[1] or {}
  return kind == 'POINT' and list[1] or list
end

local fields = {
  type = function(geometry)
    return ffi.string(vectors.type(geometry))
  end,
  is_empty = vectors.is_empty,
  is_valid = vectors.is_valid,
  bounds = function(geometry)
    local box = ffi.new('struct tw_box')
    if not vectors.bounds(geometry, box) then
      return nil
    end
    return { left = box.left, bottom = box.bottom, right = box.right, top = box.top }
  end,
}

-- Methods called with a dot instead of a colon are answered with advice.
local checked_methods = {}
for name, method in pairs(methods) do
  checked_methods[name] = function(geometry, ...)
    if not tw.is_geometry(geometry) then
      raise("'%s' is a method of geometries: write g:%s(...), with a colon", name, name)
    end
    return method(check_alive(geometry), ...)
  end
end

function Geometry.__index(geometry, key)
  local method = checked_methods[key]
  if method then
    return method
  end
  if fields[key] then
    return fields[key](check_alive(geometry))
  end
  local known = tw.names_of(fields)
  for name in pairs(methods) do
    known[#known + 1] = name
  end
  table.sort(known)
  tw.raise_unknown(("a geometry has no method '%s'"):format(tostring(key)), key, known)
end

function Geometry.__newindex()
  raise('a geometry cannot be changed: make a new one, as in g:buffer(100)')
end

function Geometry.__eq(left, right)
  if type(left) == 'nil' or type(right) == 'nil' then -- not `left == nil`, which would come here again
    return false
  end
  raise('geometries are compared with a:equals(b), not a == b')
end

local function refuse_order()
  raise('geometries have no order: compare numbers, as in a:area() < b:area()')
end
Geometry.__lt, Geometry.__le = refuse_order, refuse_order

for name, operator in pairs(tw.operators) do
  Geometry[name] = function()
    raise("'%s' needs numbers and arrays; geometries are joined with a:union(b), and cut with a:intersection(b) and "
      .. 'a:difference(b)', operator[2])
  end
end

function Geometry.__concat()
  raise('a geometry is no text: write g:wkt()')
end

function Geometry.__len()
  raise('a geometry has no length in #; use g:length() for that of a line')
end

function Geometry.__tostring(geometry)
  local text = methods.wkt(check_alive(geometry))
  return #text > 100 and text:sub(1, 97) .. '...' or text
end

function Geometry.__gc(geometry)
  vectors.release(host, geometry)
end

Geometry.__metatable = false
Type = ffi.metatype('struct tw_script_geometry', Geometry)

-- The library `vector`: constructors.

tw.vector = {}

-- A finite number as text that reads back as the same.
local function coordinate(value, what)
  if type(value) ~= 'number' or value ~= value or math.abs(value) == math.huge then
    raise('%s needs coordinates, not %s', what, tw.show(value))
  end
  return ('%.17g'):format(value)
end

local function xy(point, what)
  if tw.is_geometry(point) then
    point = point.type == 'Point' and point:coordinates() or point
  end
  if type(point) ~= 'table' then
    raise('%s needs a list of points, as in { { 1, 2 }, { 3, 4 } }, with %s among them', what, tw.show(point))
  end
  return coordinate(point[1], what) .. ' ' .. coordinate(point[2], what)
end

local function ring(points, what, least)
  if type(points) ~= 'table' or type(points[1]) == 'number' then
    raise('%s needs a list of points, as in { { 1, 2 }, { 3, 4 } }, not %s', what, tw.show(points))
  end
  local texts = {}
  for i, point in ipairs(points) do
    texts[i] = xy(point, what)
  end
  if #texts < least then
    raise('%s needs at least %d points, not %d', what, least, #texts)
  end
  return texts
end

local function closed_ring(points, what)
  local texts = ring(points, what, 3)
  if texts[1] ~= texts[#texts] then
    texts[#texts + 1] = texts[1]
  end
  return '(' .. table.concat(texts, ', ') .. ')'
end

function tw.vector.point(x, y)
  return from_wkt(('POINT (%s %s)'):format(coordinate(x, 'vector.point'), coordinate(y, 'vector.point')))
end

function tw.vector.line(points)
  return from_wkt(('LINESTRING (%s)'):format(table.concat(ring(points, 'vector.line', 2), ', ')))
end

-- holes: a list of rings.
function tw.vector.polygon(points, holes)
  local rings = { closed_ring(points, 'vector.polygon') }
  for _, hole in ipairs(holes or {}) do
    rings[#rings + 1] = closed_ring(hole, 'vector.polygon')
  end
  return from_wkt(('POLYGON (%s)'):format(table.concat(rings, ', ')))
end

-- vector.box(left, bottom, right, top), or of a table of these, as tile.bounds.
function tw.vector.box(left, bottom, right, top)
  if type(left) == 'table' then
    left, bottom, right, top = left.left, left.bottom, left.right, left.top
  end
  local edges = { left = left, bottom = bottom, right = right, top = top }
  for _, name in ipairs { 'left', 'bottom', 'right', 'top' } do
    if type(edges[name]) ~= 'number' then
      raise('vector.box needs left, bottom, right and top: %s is %s', name, tw.show(edges[name]))
    end
  end
  if left > right then
    raise('vector.box: left %s is beyond right %s', left, right)
  elseif bottom > top then
    raise('vector.box: bottom %s is above top %s', bottom, top)
  end
  return tw.vector.polygon { { left, bottom }, { right, bottom }, { right, top }, { left, top } }
end

function tw.vector.wkt(text)
  if type(text) ~= 'string' then
    raise("vector.wkt needs a text, as in vector.wkt 'POINT (1 2)', not %s", tw.show(text))
  end
  return from_wkt(text)
end

-- Of a list of geometries or features.
function tw.vector.union(list)
  local geometries = tw.geometries_argument(list, 'vector.union')
  local figures, made = ffi.new('void *[?]', #geometries + 1), Type()
  for i, geometry in ipairs(geometries) do
    figures[i - 1] = geometry._figure
  end
  return finish(made, vectors.unite(host, figures, #geometries, made))
end
