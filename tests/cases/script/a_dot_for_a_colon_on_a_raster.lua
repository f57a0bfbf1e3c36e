--! expect error: a_dot_for_a_colon_on_a_raster.lua:4: 'pick' is a method of rasters: write r:pick(...), with a colon
return process {
  run = function(tile, input, p)
    return input.image:read().pick { 'red' }
  end,
}
