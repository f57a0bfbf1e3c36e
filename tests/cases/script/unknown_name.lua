--! expect error: unknown_name.lua:4: unknown name 'rasterr'; did you mean 'raster'?
return process {
  run = function(tile, input, p)
    return rasterr.median {}
  end,
}
