--! expect error: returning_features_where_bands_are_declared.lua: run returned features; the script declares bands
return process {
  output = { bands = { 'ndvi' } },
  run = function(tile, input, p)
    return { vector.feature(vector.point(1, 2)) }
  end,
}
