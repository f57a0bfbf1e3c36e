--- Makes one picture without clouds of a stack of scenes.
local function check(name, value, choices)
  for _, choice in ipairs(choices) do
    if value == choice then
      return
    end
  end
  error(("%s must be one of %s, not '%s'"):format(name, table.concat(choices, ', '), value))
end

-- True where a scene is cloudy.
local function cloudy(scene, p)
  local mask
  if p.clouds == 'scl' then
    mask = spectral.scl(scene:band(p.cloud_band or 'scl'), p.cloudy)
  elseif p.clouds == 'mask' then
    mask = scene:band(p.cloud_band or 'cloud'):gt(p.above or 0)
  else
    local sum = scene:band(p.bands[1])
    for i = 2, #p.bands do
      sum = sum + scene:band(p.bands[i])
    end
    mask = (sum / #p.bands):gt(p.above or 2500)
  end
  return p.grow > 0 and mask:dilate(p.grow) or mask
end

return process {
  inputs = { scenes = 'stack' },
  any_input_name = true,                -- whatever the configuration calls it
  params = {
    method = 'median',                  -- of the clear observations: median, best_ndvi (the greenest; needs red and nir),
                                        -- medoid (the day most like the others), mean, first or last
    bands = { 'red', 'green', 'blue' }, -- bands of the result
    clouds = 'scl',                     -- what tells clouds: scl (Sentinel-2's classes), mask (a band: more than `above`
                                        -- is cloud), brightness (the mean of `bands` is more than `above`), or none
    cloud_band = param.string,          -- the band of scl or mask; by default 'scl' or 'cloud'
    cloudy = { 'saturated_defective', 'cloud_shadow', 'cloud_medium', 'cloud_high', 'thin_cirrus' }, -- classes of scl
    above = param.number,               -- by default 0 for mask, 2500 for brightness
    grow = 0,                           -- pixels by which clouds grow; pyramid.pixelbuffer must be as large
    gain = 1.0,                         -- the result is multiplied by it
  },

  margin = function(p)
    return p.grow
  end,

  prepare = function(area, input, p)
    check('method', p.method, { 'median', 'best_ndvi', 'medoid', 'mean', 'first', 'last' })
    check('clouds', p.clouds, { 'scl', 'mask', 'brightness', 'none' })
  end,

  run = function(tile, input, p)
    local clear = input.scenes
    if p.clouds ~= 'none' then
      clear = clear:where(function(scene)
        return cloudy(scene, p):negate()
      end)
    end
    local result
    if p.method == 'best_ndvi' then
      result = clear:best_by(p.bands, spectral.ndvi, 'max')
    else
      result = clear[p.method](clear, p.bands)
    end
    return result and result * p.gain
  end,
}
