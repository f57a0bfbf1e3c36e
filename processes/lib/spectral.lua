-- SPDX-License-Identifier: MIT
-- Spectral indices, classes of Sentinel-2's scene classification, and the tasselled cap. Plain Lua on arrays.
local tw = ...
local raise = tw.raise

local spectral = {}
tw.spectral = spectral

function spectral.normalized_difference(a, b)
  tw.check_array(a, 'normalized_difference')
  tw.check_array(b, 'normalized_difference')
  return (a - b) / (a + b)
end

-- Bands of a raster under their common names, or under those that options.bands gives: a list in the order of names.
local function bands_of(what, raster, names, options)
  if not tw.is_raster(raster) then
    raise("%s needs a raster, as in spectral.%s(input.image:read { '%s' }), not %s", what, what,
      table.concat(names, "', '"), tw.show(raster))
  end
  local renamed = options.bands or {}
  if type(renamed) ~= 'table' then
    raise("%s: bands are a table, as in { bands = { %s = 'B04' } }, not %s", what, names[1], tw.show(renamed))
  end
  for name in pairs(renamed) do
    if not tw.contains(names, name) then
      tw.raise_unknown(("%s uses no band '%s'"):format(what, tostring(name)), name, names)
    end
  end
  local bands, there = {}, tw.names_of_bands(raster)
  for i, name in ipairs(names) do
    local own = renamed[name] or name
    if type(own) == 'string' and not tw.contains(there, own) then
      raise("%s: no band '%s'; this raster has: %s; other names are given as in { bands = { %s = '%s' } }", what, own,
        table.concat(there, ', '), name, there[1] or 'B04')
    end
    bands[i] = tw.band(raster, own)
  end
  return bands
end

local function is_float(array)
  return array.dtype == 'float32' or array.dtype == 'float64'
end

-- Reflectances from 0 to 1: the bands divided by options.scale, which integers must have.
local function reflectances(what, bands, options)
  local scale = options.scale
  if scale ~= nil and not (type(scale) == 'number' and scale > 0) then
    raise("%s: scale is the number that stands for a reflectance of 1, as in { scale = 10000 }, not %s", what,
      tw.show(scale))
  end
  for i, band in ipairs(bands) do
    if not scale and not is_float(band) then
      raise("%s needs reflectances from 0 to 1, and the bands are %s: say which number stands for 1, as in { scale = 10000 }",
        what, band.dtype)
    end
    bands[i] = scale and band / scale or band
  end
  return unpack(bands)
end

-- Ratios: the scale of the bands does not matter.
local ratios = { ndvi = { 'nir', 'red' }, ndwi = { 'green', 'nir' }, nbr = { 'nir', 'swir22' } }

for name, names in pairs(ratios) do
  spectral[name] = function(raster, options)
    local bands = bands_of(name, raster, names, tw.check_options(name, options, { 'bands' }))
    return spectral.normalized_difference(bands[1], bands[2])
  end
end

function spectral.evi(raster, options)
  options = tw.check_options('evi', options, { 'bands', 'scale' })
  local nir, red, blue = reflectances('evi', bands_of('evi', raster, { 'nir', 'red', 'blue' }, options), options)
  return (nir - red) * 2.5 / (nir + red * 6 - blue * 7.5 + 1)
end

function spectral.savi(raster, options)
  options = tw.check_options('savi', options, { 'bands', 'scale', 'soil' })
  local soil = options.soil == nil and 0.5 or tw.check_number(options.soil, 'savi: soil')
  local nir, red = reflectances('savi', bands_of('savi', raster, { 'nir', 'red' }, options), options)
  return (nir - red) * (1 + soil) / (nir + red + soil)
end

-- Sentinel-2 L2A, in the order of the numbers 0 to 11.
local scl_names = {
  'nodata', 'saturated_defective', 'dark_feature_shadow', 'cloud_shadow', 'vegetation', 'not_vegetated', 'water',
  'unclassified', 'cloud_medium', 'cloud_high', 'thin_cirrus', 'snow_ice',
}

function spectral.scl(array, classes)
  tw.check_array(array, 'scl')
  if type(classes) == 'string' then
    classes = { classes }
  elseif type(classes) ~= 'table' or #classes == 0 then
    raise("scl needs names of classes, as in spectral.scl(r.scl, { 'cloud_high', 'cloud_shadow' }), not %s",
      tw.show(classes))
  end
  local numbers = {}
  for i, class in ipairs(classes) do
    for number, name in ipairs(scl_names) do
      if name == class then
        numbers[i] = number - 1
      end
    end
    if not numbers[i] then
      tw.raise_unknown(("scl: unknown class '%s'"):format(tostring(class)), class, scl_names)
    end
  end
  return array:in_(numbers)
end

-- The tasselled cap: coefficients of blue, green, red, nir, swir16 and swir22.
local sensors = {
  landsat5_tm = { -- Crist 1985, reflectance factors
    brightness = { 0.2043, 0.4158, 0.5524, 0.5741, 0.3124, 0.2303 },
    greenness = { -0.1603, -0.2819, -0.4934, 0.7940, -0.0002, -0.1446 },
    wetness = { 0.0315, 0.2021, 0.3102, 0.1594, -0.6806, -0.6109 },
  },
  landsat7_etm = { -- Huang et al. 2002, reflectance at the satellite
    brightness = { 0.3561, 0.3972, 0.3904, 0.6966, 0.2286, 0.1596 },
    greenness = { -0.3344, -0.3544, -0.4556, 0.6966, -0.0242, -0.2630 },
    wetness = { 0.2626, 0.2141, 0.0926, 0.0656, -0.7629, -0.5388 },
  },
  landsat8_oli = { -- Baig et al. 2014, reflectance at the satellite
    brightness = { 0.3029, 0.2786, 0.4733, 0.5599, 0.508, 0.1872 },
    greenness = { -0.2941, -0.243, -0.5424, 0.7276, 0.0713, -0.1608 },
    wetness = { 0.1511, 0.1973, 0.3283, 0.3407, -0.7117, -0.4559 },
  },
  sentinel2_msi = { -- Shi and Xu 2019, reflectance at the satellite, six bands
    brightness = { 0.3510, 0.3813, 0.3437, 0.7196, 0.2396, 0.1949 },
    greenness = { -0.3599, -0.3533, -0.4734, 0.6633, 0.0087, -0.2856 },
    wetness = { 0.2578, 0.2305, 0.0883, 0.1071, -0.7611, -0.5308 },
  },
}

local band_names = { 'blue', 'green', 'red', 'nir', 'swir16', 'swir22' }
local components = { 'brightness', 'greenness', 'wetness' }

local function coefficients_of(sensor, component)
  local list = type(sensor) == 'table' and not tw.is_raster(sensor) and sensor[component]
  if type(list) ~= 'table' then
    raise('tasselled_cap needs a table of coefficients, as in spectral.tasselled_cap(r, spectral.landsat8_oli), not %s',
      list and tw.show(list) or tw.show(sensor))
  end
  for i = 1, #band_names do
    if type(list[i]) ~= 'number' then
      raise('tasselled_cap: %s needs %d coefficients, for %s', component, #band_names, table.concat(band_names, ', '))
    end
  end
  return list
end

function spectral.tasselled_cap(raster, sensor, options)
  options = tw.check_options('tasselled_cap', options, { 'bands' })
  local bands, results = bands_of('tasselled_cap', raster, band_names, options), {}
  for i, component in ipairs(components) do
    local coefficients = coefficients_of(sensor, component)
    results[i] = bands[1] * coefficients[1]
    for k = 2, #bands do
      results[i] = results[i] + bands[k] * coefficients[k]
    end
  end
  return tw.new_raster({ unpack(components) }, results)
end

local function closed(content, what)
  return tw.read_only(content, what, function() end)
end

for name, sensor in pairs(sensors) do
  for _, component in ipairs(components) do
    sensor[component] = closed(sensor[component], 'the tasselled cap of a sensor')
  end
  spectral[name] = closed(sensor, 'the tasselled cap of a sensor')
end
