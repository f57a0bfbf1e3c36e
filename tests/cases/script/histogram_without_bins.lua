--! expect error: histogram_without_bins.lua:4: histogram: bins must be a whole number from 1 to 65536, not 0
return process {
  run = function(tile, input, p)
    return input.image.red:histogram { bins = 0 }
  end,
}
