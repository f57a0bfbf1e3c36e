--! expect error: scl_with_a_misspelt_class.lua:4: scl: unknown class 'cloud_hihg'; did you mean 'cloud_high'? (known: nodata, saturated_defective, dark_feature_shadow, cloud_shadow, vegetation, not_vegetated, water, unclassified, cloud_medium, cloud_high, thin_cirrus, snow_ice)
return process {
  run = function(tile, input, p)
    return spectral.scl(input.image.cloud, { 'cloud_shadow', 'cloud_hihg' })
  end,
}
