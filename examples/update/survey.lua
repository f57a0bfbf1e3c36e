--- The newest picture of each place: later flights lie on top of earlier ones.
return process {
  inputs = { flights = 'stack' },
  params = { white = 3000 }, -- the reflectance (x 10000) that is shown white
  output = { bands = { 'red', 'green', 'blue' }, dtype = 'uint8', nodata = 0 },

  run = function(tile, input, p)
    return input.flights:first() * (255 / p.white)
  end,
}
