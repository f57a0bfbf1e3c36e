--! expect empty
return process {
  run = function(tile, input, p)
    return raster.median {}
  end,
}
