--- Contour lines of a terrain model; every fifth is an index line, which maps draw thicker and label.
return process {
  inputs = { dem = 'raster' },
  params = { interval = 20 }, -- metres

  run = function(tile, input, p)
    local lines = input.dem:read()[1]:gaussian(1):contours { interval = p.interval, field = 'elevation' }
    for _, line in ipairs(lines) do
      line.properties.index = line.properties.elevation % (5 * p.interval) == 0
    end
    return lines
  end,
}
