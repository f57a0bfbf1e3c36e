--! expect error: scl_without_classes.lua:4: scl needs names of classes, as in spectral.scl(r.scl, { 'cloud_high', 'cloud_shadow' }), not nil
return process {
  run = function(tile, input, p)
    return spectral.scl(input.image.cloud)
  end,
}
