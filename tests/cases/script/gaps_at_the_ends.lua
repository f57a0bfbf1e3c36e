--! expect open: 100 - - 103 104 105 106 107 108 109 110 111
--! expect nearest: 100 - 202 103 104 105 106 107 108 109 110 111
return process {
  run = function(tile, input, p)
    local red = input.image.red
    local list, times = { red:where(red:ne(102)), red + 100 }, { 0, 1 }
    return {
      open = raster.fill_gaps(list, { times = times })[1],
      nearest = raster.fill_gaps(list, { times = times, ends = 'nearest' })[1],
    }
  end,
}
