--- Makes one picture without clouds of a stack of scenes.
local function one_of(name, value, choices)
  for _, choice in ipairs(choices) do
    if value == choice then
      return
    end
  end
  error(("%s must be one of %s, not '%s'"):format(name, table.concat(choices, ', '), value))
end

-- True where a scene is cloudy.
local function cloudy(scene, p)
  if p.clouds == 'scl' then
    return spectral.scl(scene:band(p.cloud_band or 'scl'), p.cloudy)
  elseif p.clouds == 'mask' then
    return scene:band(p.cloud_band or 'cloud'):gt(p.above or 0)
  end
  local sum = scene[p.bands[1]] * 1
  for i = 2, #p.bands do
    sum = sum + scene[p.bands[i]]
  end
  return (sum / #p.bands):gt(p.above or 2500)
end

return process {
  inputs = {
    scenes = 'stack', -- with the bands of the result, and the band that tells clouds
  },
  any_input_name = true,
  params = {
    method = 'median',                  -- of the clear observations: median, or first (in the stack's order)
    bands = { 'red', 'green', 'blue' }, -- bands of the result
    clouds = 'scl',                     -- what tells clouds: scl (Sentinel-2's classes), mask (a band: more than
                                        -- `above` is cloud), or brightness (the mean of `bands` is more than `above`)
    cloud_band = param.string,          -- the band of scl or mask; by default 'scl' or 'cloud'
    cloudy = { 'saturated_defective', 'cloud_shadow', 'cloud_medium', 'cloud_high', 'thin_cirrus' }, -- classes of scl
    above = param.number,               -- by default 0 for mask, 2500 for brightness
    gain = 1.0,                         -- the result is multiplied by it
  },

  run = function(tile, input, p)
    one_of('method', p.method, { 'median', 'first' })
    one_of('clouds', p.clouds, { 'scl', 'mask', 'brightness' })
    local needed = { unpack(p.bands) }
    if p.clouds ~= 'brightness' then
      needed[#needed + 1] = p.cloud_band or (p.clouds == 'scl' and 'scl' or 'cloud')
    end
    local clear = {}
    for scene in input.scenes:each(needed) do
      clear[#clear + 1] = scene:pick(p.bands):where(cloudy(scene, p):negate())
    end
    if #clear == 0 then
      return nil
    end
    return raster[p.method](clear) * p.gain
  end,
}
