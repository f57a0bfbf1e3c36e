--! expect error: unknown_band_in_pick.lua:5: no band 'swir'; this raster has: red, nir; did you mean 'nir'?
return process {
  run = function(tile, input, p)
    local r = input.image:read { 'red', 'nir' }
    return r:pick { 'red', 'swir' }
  end,
}
