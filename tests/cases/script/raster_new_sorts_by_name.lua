--! expect names: a b c
return process {
  run = function(tile, input, p)
    local x = input.image.red
    return raster.new { c = x, a = x, b = x }
  end,
}
