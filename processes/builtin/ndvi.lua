--- Makes the vegetation index NDVI of an image: (nir - red) / (nir + red), from -1 to 1.
return process {
  inputs = { image = 'raster' },
  any_input_name = true, -- whatever the configuration calls it
  params = {
    red = param.any,               -- the red band, by name or number (from 1); by default 'red'
    nir = param.any,               -- the band of near infrared; by default 'nir'
    resampling = param.resampling, -- by default the input's own
  },
  output = { bands = { 'ndvi' }, dtype = 'float32', nodata = -9999 },

  run = function(tile, input, p)
    local image = input.image:read({ p.red or 'red', p.nir or 'nir' }, { resampling = p.resampling })
    return spectral.ndvi(image, { bands = { red = 1, nir = 2 } })
  end,
}
