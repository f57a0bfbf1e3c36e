--! expect error: coefficients_cannot_be_changed.lua:4: cannot set '1': the tasselled cap of a sensor cannot be changed; use a variable of your own
return process {
  run = function(tile, input, p)
    spectral.landsat8_oli.brightness[1] = 0
  end,
}
