--! expect error: returning_arrays_and_features.lua: run returned a list whose item 2 is a feature, not an array
return process {
  run = function(tile, input, p)
    return { input.image.red, vector.feature(vector.point(1, 2)) }
  end,
}
