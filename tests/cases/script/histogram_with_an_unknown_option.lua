--! expect error: histogram_with_an_unknown_option.lua:4: histogram: unknown option 'bin'; did you mean 'bins'? (known: bins, low, high)
return process {
  run = function(tile, input, p)
    return input.image.red:histogram { bin = 3 }
  end,
}
