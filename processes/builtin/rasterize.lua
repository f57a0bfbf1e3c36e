--- Burns features into pixels: a number, or the value of one of their properties.
return process {
  inputs = { features = 'vector' },
  any_input_name = true,      -- whatever the configuration calls it
  params = {
    value = param.any,        -- a number, or the name of a property that holds numbers; by default 1
    background = param.number, -- the value of all other pixels; by default they are nodata
    all_touched = false,      -- every pixel that a feature touches, not only those whose centre is inside
  },
  output = { bands = 1, dtype = 'float32', nodata = -9999 },

  run = function(tile, input, p)
    local burnt = vector.rasterize(input.features:features(), { value = p.value or 1, all_touched = p.all_touched })
    return p.background and burnt:fill(p.background) or burnt
  end,
}
