--! expect band1: 0 - 0 1 0 0 0 0 1 1 0 1
return process {
  run = function(tile, input, p)
    local classes = (input.image.cloud / 10):as('uint8')
    return spectral.scl(classes, { 'cloud_shadow', 'cloud_medium', 'cloud_high' }):either(spectral.scl(classes, 'snow_ice'))
  end,
}
