-- SPDX-License-Identifier: MIT
-- Arrays: one band's pixels. A script holds a small struct; the pixels are in the tile's arena, and everything
-- that touches all of them is a C kernel.
local tw = ...
local ffi = require('ffi')
local host, raise, check = tw.host, tw.raise, tw.check

local Array = {}
local methods = {}
local Type -- the metatype, at the end of this file

function tw.new_array()
  local array = Type()
  array._tile = host.tile_number
  return array
end

-- An empty struct tw_array for a kernel to fill in, and the array that shares its pixels.
tw.new_data = ffi.typeof('struct tw_array')

function tw.wrap(data)
  local array = tw.new_array()
  array._data = data
  return array
end

function tw.is_array(value)
  return ffi.istype(Type, value)
end

-- Lua's type(), which knows arrays and rasters.
function tw.type(value)
  if type(value) == 'cdata' then
    return tw.is_array(value) and 'array' or 'series'
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

-- The C struct of an array, for kernels.
function tw.data(array)
  return tw.check_alive(array)._data
end

function tw.shape(array)
  return ('%d x %d'):format(array._data.width_px, array._data.height_px)
end

-- what: `where`, for the message.
function tw.check_same_shape(a, b, what)
  if a._data.width_px ~= b._data.width_px or a._data.height_px ~= b._data.height_px then
    raise('%s needs arrays of the same size, not %s and %s pixels', what, tw.shape(a), tw.shape(b))
  end
end

-- Arguments of methods; what: the method's name, for the message.
function tw.check_array(value, what)
  if not tw.is_array(value) then
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

-- Operands are copies, so that the garbage collector cannot take a temporary array while C uses it.
local left_operand, right_operand = ffi.new('struct tw_operand'), ffi.new('struct tw_operand')
local left_data, right_data = ffi.new('struct tw_array'), ffi.new('struct tw_array')

local function set_operand(operand, data, value, what)
  if type(value) == 'number' then
    operand.array, operand.number = nil, value
  elseif tw.is_array(value) then
    ffi.copy(data, tw.check_alive(value)._data, ffi.sizeof('struct tw_array'))
    operand.array = data
  else
    raise('%s needs numbers and arrays, not %s', what, tw.show(value))
  end
end

-- One of enum tw_binary between arrays and numbers, at least one of them an array.
local function binary(operation, what, left, right)
  set_operand(left_operand, left_data, left, what)
  set_operand(right_operand, right_data, right, what)
  if tw.is_array(left) and tw.is_array(right) then
    tw.check_same_shape(left, right, what)
  end
  local result = tw.new_array()
  check(host.binary(host, operation, left_operand, right_operand, result._data))
  return result
end

local function unary(operation, array)
  local result = tw.new_array()
  check(host.unary(host, operation, array._data, result._data))
  return result
end

-- Numbers from enum tw_binary and enum tw_unary.
local operators = { __add = { 0, '+' }, __sub = { 1, '-' }, __mul = { 2, '*' }, __div = { 3, '/' },
                    __mod = { 4, '%' }, __pow = { 5, '^' } }
local comparisons = { lt = 6, le = 7, gt = 8, ge = 9, eq = 10, ne = 11 }
local unaries = { abs = 1, sqrt = 2, exp = 3, log = 4, floor = 5, round = 6, negate = 7 }

tw.operators = operators
tw.binary = binary

for name, operator in pairs(operators) do
  local what = ("'%s'"):format(operator[2])
  Array[name] = function(left, right)
    if tw.is_raster(left) or tw.is_raster(right) then
      return tw.raster_binary(name, left, right)
    end
    return binary(operator[1], what, left, right)
  end
end

function Array.__unm(array)
  return unary(0, tw.check_alive(array))
end

for name, operation in pairs(comparisons) do
  methods[name] = function(array, other)
    return binary(operation, name, array, other)
  end
end

for name, operation in pairs(unaries) do
  methods[name] = function(array)
    return unary(operation, array)
  end
end

function methods.both(array, other)
  return binary(12, 'both', array, tw.check_array(other, 'both'))
end

function methods.either(array, other)
  return binary(13, 'either', array, tw.check_array(other, 'either'))
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

function methods.in_(array, values)
  if type(values) ~= 'table' or tw.is_raster(values) then
    raise('in_ needs a list of numbers, as in a:in_ { 3, 8, 9 }, not %s', tw.show(values))
  end
  local numbers = ffi.new('double[?]', #values + 1)
  for i, value in ipairs(values) do
    numbers[i - 1] = tw.check_number(value, ('in_: value %d'):format(i))
  end
  local result = tw.new_array()
  check(host.is_in(host, array._data, numbers, #values, result._data))
  return result
end

function methods.where(array, mask)
  tw.check_array(mask, 'where')
  tw.check_same_shape(array, mask, 'where')
  local result = tw.new_array()
  check(host.where(host, array._data, mask._data, result._data))
  return result
end

function methods.fill(array, filler)
  set_operand(right_operand, right_data, filler, 'fill')
  if tw.is_array(filler) then
    tw.check_same_shape(array, filler, 'fill')
  end
  local result = tw.new_array()
  check(host.fill(host, array._data, right_operand, result._data))
  return result
end

function methods.clip(array, low, high)
  tw.check_number(low, 'clip')
  tw.check_number(high, 'clip')
  if not (low <= high) then
    raise('clip: the lower bound %s is above the upper bound %s', low, high)
  end
  local result = tw.new_array()
  check(host.clip(host, array._data, low, high, result._data))
  return result
end

methods['as'] = function(array, dtype)
  local number = tw.dtype_argument(dtype, 'as')
  local result = tw.new_array()
  check(host.convert(host, array._data, number, result._data))
  return result
end

function methods.get(array, col, row)
  local data = array._data
  tw.check_number(col, 'get')
  tw.check_number(row, 'get')
  if not (col >= 0 and row >= 0 and col < data.width_px and row < data.height_px) then
    raise('get(%s, %s) is outside the array: columns are 0 to %d, rows 0 to %d', col, row, data.width_px - 1,
      data.height_px - 1)
  end
  local index = math.floor(row) * data.width_px + math.floor(col)
  if data.valid ~= nil and data.valid[index] == 0 then
    return nil
  end
  return host.get(data, index)
end

local statistics = ffi.new('struct tw_statistics')

function methods.count(array)
  check(host.statistics(host, array._data, statistics))
  return statistics.count
end

for _, name in ipairs { 'min', 'max', 'mean', 'std' } do
  methods[name] = function(array)
    check(host.statistics(host, array._data, statistics))
    if statistics.count > 0 then
      return statistics[name]
    end
    return nil
  end
end

local properties = {
  width = function(array)
    return array._data.width_px
  end,
  height = function(array)
    return array._data.height_px
  end,
  dtype = function(array)
    return tw.dtype_names[array._data.dtype + 1]
  end,
}

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
tw.add_array_methods(methods)

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
