--! expect ndvi: 0.84 0.83976 0.839521 0.887503 0.839044 0.838806 0.838569 0.838332 0.838095 0.837859 0.837624 0.837389
return process {
  run = function(tile, input, p)
    return input.scenes:with('ndvi', spectral.ndvi):min { 'ndvi' }
  end,
}
