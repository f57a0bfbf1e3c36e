--! expect error: histogram_upside_down.lua:4: histogram: low 9 is above high 3
return process {
  run = function(tile, input, p)
    return input.image.red:histogram { low = 9, high = 3 }
  end,
}
