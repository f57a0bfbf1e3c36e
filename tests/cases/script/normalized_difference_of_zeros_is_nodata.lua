--! expect band1: - - 0 0 0 0 0 0 0 0 0 0
return process {
  run = function(tile, input, p)
    return spectral.normalized_difference(input.image.cloud, input.image.cloud)
  end,
}
