--! expect error: rasterize_while_loading.lua:2: vector.mask is only possible inside of run
local mask = vector.mask(vector.box(0, 0, 1, 1))
return process {
  run = function(tile, input, p)
    return mask
  end,
}
