-- SPDX-License-Identifier: MIT
-- Slope, aspect, hillshade, topographic position and roughness of an array of heights.
local tw = ...
local ffi = require('ffi')
local host, raise = tw.host, tw.raise
local functions = tw.focal_functions

-- Numbers of enum tw_relief.
local SLOPE_DEGREES, SLOPE_PERCENT, ASPECT, HILLSHADE, TPI, ROUGHNESS = 0, 1, 2, 3, 4, 5
local GROUND_UNITS = 0

local function number(what, options, name, default, least, most)
  local value = options[name]
  if value == nil then
    return default
  end
  if type(value) ~= 'number' or not (value >= least and value <= most) then
    raise('%s: %s must be a number%s, not %s', what, name,
      most < math.huge and (' between %d and %d'):format(least, most) or '', tw.show(value))
  end
  return value
end

-- A number above 0, or nil.
local function positive(what, options, name)
  local value = options[name]
  if value ~= nil and (type(value) ~= 'number' or not (value > 0 and value < math.huge)) then
    raise('%s: %s must be a number above 0, not %s', what, name, tw.show(value))
  end
  return value
end

-- The sides of a pixel: as given by `scale`, otherwise on the ground.
local function set_sides(terrain, array, what, scale)
  local place = tw.focal_tile()
  terrain.ground = scale and GROUND_UNITS or place.ground
  terrain.pixel_width, terrain.pixel_height = place.pixel_width * (scale or 1), place.pixel_height * (scale or 1)
  if terrain.ground ~= GROUND_UNITS then
    tw.check_tile_shape(array, what)
  end
end

local function relief(array, what, terrain)
  return tw.focal(array, what, 1, function(data, out)
    return functions.terrain(host, data, terrain, out)
  end)
end

local methods = {}

function methods.slope(array, options)
  options = tw.check_options('slope', options, { 'units', 'scale', 'z' })
  local in_degrees = tw.choice('slope', 'units', options.units, { 'degrees', 'percent' }) == 1
  local terrain = ffi.new('struct tw_terrain', in_degrees and SLOPE_DEGREES or SLOPE_PERCENT)
  terrain.height_scale = number('slope', options, 'z', 1, -math.huge, math.huge)
  set_sides(terrain, array, 'slope', positive('slope', options, 'scale'))
  return relief(array, 'slope', terrain)
end

function methods.aspect(array, options)
  options = tw.check_options('aspect', options, { 'scale' })
  local terrain = ffi.new('struct tw_terrain', ASPECT)
  terrain.height_scale = 1
  set_sides(terrain, array, 'aspect', positive('aspect', options, 'scale'))
  return relief(array, 'aspect', terrain)
end

function methods.hillshade(array, options)
  options = tw.check_options('hillshade', options, { 'azimuth', 'altitude', 'z', 'scale' })
  local terrain = ffi.new('struct tw_terrain', HILLSHADE)
  terrain.azimuth_deg = number('hillshade', options, 'azimuth', 315, -360, 360)
  terrain.altitude_deg = number('hillshade', options, 'altitude', 45, 0, 90)
  terrain.height_scale = number('hillshade', options, 'z', 1, -math.huge, math.huge)
  set_sides(terrain, array, 'hillshade', positive('hillshade', options, 'scale'))
  return relief(array, 'hillshade', terrain)
end

function methods.tpi(array)
  return relief(array, 'tpi', ffi.new('struct tw_terrain', TPI))
end

function methods.roughness(array)
  return relief(array, 'roughness', ffi.new('struct tw_terrain', ROUGHNESS))
end

tw.add_array_methods(methods)
