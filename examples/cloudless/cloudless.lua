--- Cloud-free composite: the median of every clear observation.
--
-- A pixel of a scene is clear unless its scene classification (Sentinel-2 SCL) says nodata, saturated, cloud shadow, cloud
-- or cirrus.
return process {
  inputs = { scenes = 'stack' },
  params = {
    cloudy = { 0, 1, 3, 8, 9, 10 }, -- SCL classes to leave out
    gain = 1.0,                     -- reflectance to output value
  },
  output = { bands = { 'red', 'green', 'blue' } },

  run = function(tile, input, p)
    local clear = {}
    for scene in input.scenes:each { 'red', 'green', 'blue', 'scl' } do
      local cloudy = scene.scl:in_(p.cloudy)
      clear[#clear + 1] = scene:pick { 'red', 'green', 'blue' }:where(cloudy:negate())
    end
    if #clear == 0 then return nil end
    return raster.median(clear) * p.gain
  end,
}
