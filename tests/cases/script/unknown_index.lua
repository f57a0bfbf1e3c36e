--! expect error: unknown_index.lua:4: 'spectral' has no function 'nvdi'; did you mean 'ndvi'? (known: evi, landsat5_tm, landsat7_etm, landsat8_oli, nbr, ndvi, ndwi, normalized_difference, savi, scl, sentinel2_msi, tasselled_cap)
return process {
  run = function(tile, input, p)
    return spectral.nvdi(input.image:read())
  end,
}
