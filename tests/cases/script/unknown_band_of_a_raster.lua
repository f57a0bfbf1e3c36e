--! expect error: unknown_band_of_a_raster.lua:5: no band 'rad'; this raster has: red, nir; did you mean 'red'?
return process {
  run = function(tile, input, p)
    local r = input.image:read { 'red', 'nir' }
    return r.rad
  end,
}
