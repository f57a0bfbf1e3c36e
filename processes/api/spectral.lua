---@meta
-- SPDX-License-Identifier: MIT

---Indices of spectral bands. They take a raster whose bands have STAC's common names (`blue green red nir swir16
---swir22`), or other names that the option `bands` tells. Results are float32; they are nodata where a band is, and where
---a ratio is 0 / 0. Integers with an offset (Sentinel-2 from processing baseline 04.00 on, unless the catalogue has
---corrected it) lose it first: `r - 1000`.
---```lua
---local r = input.image:read { 'red', 'nir' }
---return spectral.ndvi(r)
---```
---@class tw.spectral
---@field landsat5_tm tw.TasselledCap Crist 1985, for reflectance factors.
---@field landsat7_etm tw.TasselledCap Huang et al. 2002, for reflectance at the satellite.
---@field landsat8_oli tw.TasselledCap Baig et al. 2014, for reflectance at the satellite.
---@field sentinel2_msi tw.TasselledCap Shi and Xu 2019, for reflectance at the satellite, from six bands.
spectral = {}

---@class tw.IndexOptions
---@field bands? table<string, string|integer> Which band is which: `{ nir = 'B08', red = 'B04' }`.

---@class tw.ScaledIndexOptions: tw.IndexOptions
---@field scale? number The number that stands for a reflectance of 1. Bands of integers need it (Sentinel-2 L2A: 10000); floats are taken as reflectances without it.

---@class tw.SaviOptions: tw.ScaledIndexOptions
---@field soil? number The soil's share L, from 0 for dense to 1 for sparse vegetation; 0.5 by default.

---(a - b) / (a + b), from -1 to 1 where both are positive.
---```lua
---local built_up = spectral.normalized_difference(input.image.red, input.image.nir)
---return built_up:where(built_up:gt(0))
---```
---@param a tw.Array
---@param b tw.Array
---@return tw.Array
function spectral.normalized_difference(a, b) end
---Vegetation: (nir - red) / (nir + red) (Rouse et al. 1974).
---```lua
---local r = input.image:read():rename { 'B04', 'B03', 'B02', 'B08', 'cloud' }
---return spectral.ndvi(r, { bands = { nir = 'B08', red = 'B04' } })
---```
---@param raster tw.Raster With `nir` and `red`.
---@param options? tw.IndexOptions
---@return tw.Array
function spectral.ndvi(raster, options) end
---Open water: (green - nir) / (green + nir) (McFeeters 1996). The other index of that name, for water in leaves (Gao
---1996), is `spectral.normalized_difference(r.nir, r.swir16)`.
---```lua
---local water = spectral.ndwi(input.image:read()):gt(0)
---return input.image.green:where(water)
---```
---@param raster tw.Raster With `green` and `nir`.
---@param options? tw.IndexOptions
---@return tw.Array
function spectral.ndwi(raster, options) end
---Burnt areas: (nir - swir22) / (nir + swir22) (López García and Caselles 1991; Key and Benson 2006).
---```lua
---local r = input.image:read { 'nir', 'cloud' }
---return spectral.nbr(r, { bands = { swir22 = 'cloud' } }) -- an example without such a band
---```
---@param raster tw.Raster With `nir` and `swir22`.
---@param options? tw.IndexOptions
---@return tw.Array
function spectral.nbr(raster, options) end
---Vegetation without the air's and the soil's influence: 2.5 (nir - red) / (nir + 6 red - 7.5 blue + 1), of
---reflectances (Huete et al. 2002).
---```lua
---return spectral.evi(input.image:read(), { scale = 10000 })
---```
---@param raster tw.Raster With `nir`, `red` and `blue`.
---@param options? tw.ScaledIndexOptions
---@return tw.Array
function spectral.evi(raster, options) end
---Vegetation on bright soil: (1 + L) (nir - red) / (nir + red + L), of reflectances, with L = `soil` (Huete 1988).
---```lua
---return spectral.savi(input.image:read() / 10000, { soil = 0.25 })
---```
---@param raster tw.Raster With `nir` and `red`.
---@param options? tw.SaviOptions
---@return tw.Array
function spectral.savi(raster, options) end

---@alias tw.SclClass 'nodata'|'saturated_defective'|'dark_feature_shadow'|'cloud_shadow'|'vegetation'|'not_vegetated'|'water'|'unclassified'|'cloud_medium'|'cloud_high'|'thin_cirrus'|'snow_ice'

---Where Sentinel-2's scene classification (the band SCL of L2A) is one of these classes. The names are those of the
---product's metadata (`SC_CLOUD_HIGH_PROBA`) in short, for the numbers 0 to 11: nodata, saturated_defective,
---dark_feature_shadow, cloud_shadow, vegetation, not_vegetated, water, unclassified, cloud_medium, cloud_high,
---thin_cirrus, snow_ice.
---```lua
---local classes = (input.image.cloud / 10):as('uint8') -- stands for the band SCL here
---local cloudy = spectral.scl(classes, { 'cloud_shadow', 'cloud_medium', 'cloud_high', 'thin_cirrus' })
---return input.image.red:where(cloudy:negate())
---```
---@param array tw.Array
---@param classes tw.SclClass|tw.SclClass[]
---@return tw.Array mask
function spectral.scl(array, classes) end

---Coefficients of blue, green, red, nir, swir16 and swir22, in this order.
---@class tw.TasselledCap
---@field brightness number[]
---@field greenness number[]
---@field wetness number[]

---The tasselled cap (Kauth and Thomas 1976): `brightness`, `greenness` and `wetness`, sums of the bands with the
---coefficients of a sensor. The results are in the bands' own scale. Coefficients of your own are a table
---`{ brightness = { ... }, greenness = { ... }, wetness = { ... }}`.
---```lua
---local r = input.image:read():with('swir16', input.image.red):with('swir22', input.image.red) -- for the example
---local cap = spectral.tasselled_cap(r, spectral.landsat8_oli)
---return cap:pick { 'greenness', 'wetness' }
---```
---@param raster tw.Raster With `blue`, `green`, `red`, `nir`, `swir16` and `swir22`.
---@param sensor tw.TasselledCap `spectral.landsat8_oli` or another sensor's.
---@param options? tw.IndexOptions
---@return tw.Raster
function spectral.tasselled_cap(raster, sensor, options) end
