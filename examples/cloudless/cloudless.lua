--- Cloud-free composite: the median of every clear observation.
return process {
  inputs = { scenes = 'stack' },
  params = {
    cloudy = { 'nodata', 'saturated_defective', 'cloud_shadow', 'cloud_medium', 'cloud_high', 'thin_cirrus' },
    gain = 1.0, -- reflectance to output value
  },
  output = { bands = { 'red', 'green', 'blue' } },

  run = function(tile, input, p)
    local clear = input.scenes:where(function(scene)
      return spectral.scl(scene.scl, p.cloudy):negate() -- Sentinel-2's scene classification
    end)
    local median = clear:median { 'red', 'green', 'blue' }
    return median and median * p.gain
  end,
}
