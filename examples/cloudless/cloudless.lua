--- Cloud-free composite: the median of every clear observation.
return process {
  inputs = { scenes = 'stack' },
  params = {
    cloudy = { 'nodata', 'saturated_defective', 'cloud_shadow', 'cloud_medium', 'cloud_high', 'thin_cirrus' },
    gain = 1.0, -- reflectance to output value
  },
  output = { bands = { 'red', 'green', 'blue' } },

  run = function(tile, input, p)
    local clear = {}
    for scene in input.scenes:each { 'red', 'green', 'blue', 'scl' } do
      local cloudy = spectral.scl(scene.scl, p.cloudy) -- Sentinel-2's scene classification
      clear[#clear + 1] = scene:pick { 'red', 'green', 'blue' }:where(cloudy:negate())
    end
    if #clear == 0 then
      return nil
    end
    return raster.median(clear) * p.gain
  end,
}
