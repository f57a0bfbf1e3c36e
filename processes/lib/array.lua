-- SPDX-License-Identifier: MIT
-- Arrays: one band's pixels, or an expression that will be computed when they are needed (node.h). A script holds
-- a small handle; nodes and pixels are in the tile's arena, and all that touches pixels is C. Further methods are in
-- values.lua.
local tw = ...
local ffi = require('ffi')
local host, raise, check = tw.host, tw.raise, tw.check

local Array = {}
local Type -- the metatype, at the end of this file

local made = ffi.new('struct tw_node *[1]')

-- The array of what a C function put into `made`.
local function from_made(status)
  check(status)
  local array = Type()
  array._node, array._tile = made[0], host.tile_number
  return array
end

-- An empty struct tw_array for a kernel to fill in, and the array that shares its pixels; no valid one may be NaN.
-- halo: how many pixels beyond a pixel its value depends on (default 0).
tw.new_data = ffi.typeof('struct tw_array')

function tw.wrap(data, halo)
  local array = from_made(host.wrap_node(host, data, made))
  array._node.halo_px = halo or 0
  return array
end

function tw.is_array(value)
  return ffi.istype(Type, value)
end

-- Lua's type(), which knows arrays and rasters.
function tw.type(value)
  if type(value) == 'cdata' then
    return tw.is_array(value) and 'array' or tw.is_geometry(value) and 'geometry' or 'series'
  end
  return tw.is_raster(value) and 'raster' or type(value)
end

-- Pixels live as long as the tile: an array kept from an earlier one points nowhere.
function tw.check_alive(array)
  if array._tile ~= host.tile_number then
    raise('this array belongs to another tile: keep numbers between tiles, not arrays')
  end
  return array
end

-- The C struct of an array, for kernels: computes the pixels if that is not done yet.
function tw.data(array)
  local node = tw.check_alive(array)._node
  if node.data.pixels == nil then
    check(host.evaluate(host, node))
  end
  return node.data
end

-- What tells two arrays with the same nodata pixels, without computing them; nil when that is not known yet.
function tw.validity(array)
  local data = array._node.data
  return data.pixels ~= nil and tonumber(ffi.cast('uintptr_t', data.valid)) or nil
end

-- How many pixels beyond a pixel its value depends on.
function tw.halo(array)
  return array._node.halo_px
end

function tw.shape(array)
  return ('%d x %d'):format(array._node.data.width_px, array._node.data.height_px)
end

-- what: `where`, for the message.
function tw.check_same_shape(a, b, what)
  local one, other = a._node.data, b._node.data
  if one.width_px ~= other.width_px or one.height_px ~= other.height_px then
    raise('%s needs arrays of the same size, not %s and %s pixels', what, tw.shape(a), tw.shape(b))
  end
end

-- Arguments of methods; what: the method's name, for the message.
function tw.check_array(value, what)
  if type(value) == 'boolean' then
    raise("%s needs an array, not %s: 'not', 'and' and 'or' are Lua's own; masks have negate(), both(m) and either(m)", what,
      tostring(value))
  elseif not tw.is_array(value) then
    raise('%s needs an array, not %s', what, tw.show(value))
  end
  return tw.check_alive(value)
end

function tw.check_number(value, what)
  if type(value) ~= 'number' then
    raise('%s needs a number, not %s', what, tw.show(value))
  end
  return value
end

-- The number of a type's name.
function tw.dtype_argument(name, what)
  local number = tw.dtype_numbers[name]
  if not number then
    tw.raise_unknown(("%s: unknown dtype '%s'"):format(what, tostring(name)), name, tw.dtype_names)
  end
  return number
end

-- Numbers of enum tw_operation.
local operations = {
  add = 0, subtract = 1, multiply = 2, divide = 3, modulo = 4, power = 5, atan2 = 6, lt = 7, le = 8, gt = 9, ge = 10,
  eq = 11, ne = 12, both = 13, either = 14, minus = 15, abs = 16, sqrt = 17, exp = 18, log = 19, sin = 20, cos = 21,
  tan = 22, floor = 23, ceil = 24, round = 25, negate = 26, where = 27, like = 28, fill = 29, choose = 30, clip = 31,
  convert = 32, is_in = 33, slice = 34,
}

local spec = ffi.new('struct tw_node_spec')

-- The result of an operation between arrays and numbers, at least one of them an array. what: for messages.
function tw.operate(operation, what, ...)
  local first
  ffi.fill(spec, ffi.sizeof(spec))
  spec.operation = operations[operation]
  for i = 1, select('#', ...) do
    local value = select(i, ...)
    if tw.is_array(value) then
      first = first or value
      tw.check_same_shape(first, tw.check_alive(value), what)
      spec.operands[i - 1] = value._node
    elseif type(value) == 'number' then
      spec.numbers[i - 1] = value
    else
      raise('%s needs numbers and arrays, not %s', what, tw.show(value))
    end
  end
  return from_made(host.make_node(host, spec, made))
end

-- Operations that need more than operands; fields: of struct tw_node_spec.
function tw.operate_with(operation, array, fields)
  ffi.fill(spec, ffi.sizeof(spec))
  spec.operation = operations[operation]
  for name, value in pairs(fields) do
    spec[name] = value
  end
  spec.operands[0] = array._node
  return from_made(host.make_node(host, spec, made))
end

-- Names of operators in Lua, with the operation and the sign.
tw.operators = {
  __add = { 'add', '+' }, __sub = { 'subtract', '-' }, __mul = { 'multiply', '*' }, __div = { 'divide', '/' },
  __mod = { 'modulo', '%' }, __pow = { 'power', '^' },
}

for name, operator in pairs(tw.operators) do
  local operation, what = operator[1], ("'%s'"):format(operator[2])
  Array[name] = function(left, right)
    if tw.is_raster(left) or tw.is_raster(right) then
      return tw.raster_binary(name, left, right)
    end
    return tw.operate(operation, what, left, right)
  end
end

function Array.__unm(array)
  return tw.operate('minus', "'-'", array)
end

-- Lua would turn the result into true or false. It knows no `>`: `a > 40` arrives here as `40 < a`.
local function refuse_comparison(operator, method, turned_operator, turned_method)
  return function(left, right)
    local other = tw.is_array(left) and right or left
    local shown = type(other) == 'number' and tostring(other) or 'b'
    local is_turned = not tw.is_array(left)
    local sign = is_turned and turned_operator or operator
    raise('arrays are compared with a:%s(%s), not a %s %s: Lua would turn the result into true or false',
      is_turned and turned_method or method, shown, sign, shown)
  end
end
Array.__lt = refuse_comparison('<', 'lt', '>', 'gt')
Array.__le = refuse_comparison('<=', 'le', '>=', 'ge')

local refuse_equality = refuse_comparison('==', 'eq', '==', 'eq')
function Array.__eq(left, right)
  if type(left) == 'nil' or type(right) == 'nil' then -- not `left == nil`, which would come here again
    return false
  end
  return refuse_equality(left, right)
end

-- Name, unit, scale and offset, kept as long as the tile: nodes hold the place in this list.
local metas = { tile = -1 }
local NO_META = {}

function tw.meta(array)
  local number = tw.check_alive(array)._node.meta
  return number > 0 and metas[number] or NO_META
end

-- Describes an array that nobody has seen yet.
function tw.set_meta(array, meta)
  if metas.tile ~= host.tile_number then
    metas = { tile = host.tile_number }
  end
  metas[#metas + 1] = meta
  array._node.meta = #metas
  return array
end

local properties = {
  width = function(array)
    return array._node.data.width_px
  end,
  height = function(array)
    return array._node.data.height_px
  end,
  dtype = function(array)
    return tw.dtype_names[array._node.data.dtype + 1]
  end,
}
for _, name in ipairs { 'name', 'unit', 'scale', 'offset' } do
  properties[name] = function(array)
    return tw.meta(array)[name]
  end
end

-- Methods called with a dot instead of a colon are answered with advice.
local function checked(name, method)
  return function(array, ...)
    if not tw.is_array(array) then
      raise("'%s' is a method of arrays: write a:%s(...), with a colon", name, name)
    end
    return method(tw.check_alive(array), ...)
  end
end

local checked_methods = {}

function tw.add_array_methods(list)
  for name, method in pairs(list) do
    checked_methods[name] = checked(name, method)
  end
end

function tw.is_array_method(name)
  return checked_methods[name] ~= nil
end

local function known_names()
  local known = tw.names_of(properties)
  for name in pairs(checked_methods) do
    known[#known + 1] = name
  end
  table.sort(known)
  return known
end

function Array.__index(array, key)
  local method = checked_methods[key]
  if method then
    return method
  end
  if properties[key] then
    return properties[key](array)
  end
  if type(key) == 'number' then
    raise('an array has no element %s: pixels are read with a:get(col, row)', key)
  end
  tw.raise_unknown(("an array has no method '%s'"):format(tostring(key)), key, known_names())
end

function Array.__newindex()
  raise('an array cannot be changed: compute a new one, as in a:where(mask):fill(0)')
end

function Array.__len()
  raise('an array has no length: use a.width, a.height or a:count()')
end

function Array.__tostring(array)
  return ('array %s %s'):format(tw.shape(array), properties.dtype(array))
end

Array.__metatable = false
Type = ffi.metatype('struct tw_script_array', Array)
