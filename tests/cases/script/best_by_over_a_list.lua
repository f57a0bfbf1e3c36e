--! expect red: 101 101 103 103 105 105 107 107 109 109 111 111
return process {
  run = function(tile, input, p)
    local one, i = input.image:read { 'red' }:fill(101), input.image.red:fill(101) - 100
    local odd = i % 2
    return raster.best_by({ one, one + 1 }, { odd, 1 - odd }, 'max')
  end,
}
