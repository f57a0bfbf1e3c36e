--! expect error: raster_where_with_nil.lua:4: where needs a mask, as in r:where(r.cloud:lt(40)), not nil
return process {
  run = function(tile, input, p)
    return input.image:read():where(nil)
  end,
}
