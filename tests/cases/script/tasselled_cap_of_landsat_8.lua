--! expect names: brightness greenness wetness
--! expect brightness: 580.83 - 587.689 591.119 594.549 597.979 601.408 604.838 608.268 611.697 615.127 618.557
--! expect greenness: 131.62 - 133.648 134.661 135.675 136.689 137.703 138.717 139.73 140.744 141.758 142.772
--! expect wetness: 80.03 - 81.0924 81.6236 82.1548 82.686 83.2172 83.7484 84.2796 84.8108 85.342 85.8732
return process {
  run = function(tile, input, p)
    local options = { bands = { swir16 = 'red', swir22 = 'blue' } }
    return spectral.tasselled_cap(input.image:read(), spectral.landsat8_oli, options)
  end,
}
