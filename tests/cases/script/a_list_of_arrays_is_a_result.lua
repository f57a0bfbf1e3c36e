--! expect names: band1 band2
return process {
  run = function(tile, input, p)
    return { input.image.red, input.image.nir }
  end,
}
