--! expect error: unknown_kind_of_input.lua:3: input 'dem': unknown kind 'rastr'; did you mean 'raster'? (known: raster, stack, vector, any, rasters, stacks, vectors, group)
return process {
  inputs = { dem = 'rastr' },
  run = function() end,
}
