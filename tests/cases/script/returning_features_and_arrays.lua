--! expect error: returning_features_and_arrays.lua: run returned a list whose item 2 is an array, not a feature
return process {
  run = function(tile, input, p)
    return { vector.feature(vector.point(1, 2)), input.image.red }
  end,
}
