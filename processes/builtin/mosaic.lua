--- Makes one picture of a stack of scenes: one on top of the other, or a statistic of all at each pixel.
local methods = { 'first', 'last', 'newest', 'oldest', 'mean', 'median', 'max', 'min', 'count' }

local function is_known(method)
  for _, name in ipairs(methods) do
    if name == method then
      return true
    end
  end
end

-- Scenes by date, the newest or the oldest first.
local function by_date(scenes, newest)
  local list = {}
  for scene in scenes do
    if not scene.date then
      error(("scene '%s' has no date, which the methods newest and oldest need"):format(scene.id or scene.index))
    end
    list[#list + 1] = scene
  end
  table.sort(list, function(a, b)
    if a.datetime ~= b.datetime then
      return (a.datetime > b.datetime) == newest
    end
    return a.index < b.index
  end)
  return list
end

return process {
  inputs = { scenes = 'stack' },
  any_input_name = true, -- whatever the configuration calls it
  params = {
    method = 'first',  -- of the scenes with data at a pixel: first or last in the stack's order, newest,
                       -- oldest, mean, median, max, min, or count (how many there are)
    bands = param.any, -- bands of the result, by name or number, in this order; by default all
  },

  prepare = function(area, input, p)
    if not is_known(p.method) then
      error(("method must be one of %s, not '%s'"):format(table.concat(methods, ', '), p.method))
    end
  end,

  run = function(tile, input, p)
    if p.method == 'newest' or p.method == 'oldest' then
      return raster.first(by_date(input.scenes:each(p.bands), p.method == 'newest'))
    end
    return input.scenes[p.method](input.scenes, p.bands or input.scenes:bands())
  end,
}
