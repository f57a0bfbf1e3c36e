--! expect error: scl_with_numbers.lua:4: scl: unknown class '9'; known: nodata, saturated_defective, dark_feature_shadow, cloud_shadow, vegetation, not_vegetated, water, unclassified, cloud_medium, cloud_high, thin_cirrus, snow_ice
return process {
  run = function(tile, input, p)
    return spectral.scl(input.image.cloud, { 9 })
  end,
}
