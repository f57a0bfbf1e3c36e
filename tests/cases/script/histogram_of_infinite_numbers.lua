--! expect error: histogram_of_infinite_numbers.lua:4: histogram: 1 to inf is no finite range; give one, as in a:histogram { low = 0, high = 1 }
return process {
  run = function(tile, input, p)
    return input.image.red:histogram { low = 1, high = math.huge }
  end,
}
