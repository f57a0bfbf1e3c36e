--! expect error: wkt_that_is_wrong.lua:4: cannot read the geometry: Unknown type: 'POLYGONE'
return process {
  run = function(tile, input, p)
    return vector.wkt 'POLYGONE ((0 0, 1 1))'
  end,
}
