--! expect error: writing_a_band.lua:5: a raster cannot be changed: write r = r:with('ndvi', array)
return process {
  run = function(tile, input, p)
    local r = input.image:read()
    r.ndvi = r.red
  end,
}
