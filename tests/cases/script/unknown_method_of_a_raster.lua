--! expect error: unknown_method_of_a_raster.lua:4: a raster has no method or band 'renam'; did you mean 'rename'?
return process {
  run = function(tile, input, p)
    return input.image:read():renam { 'a' }
  end,
}
