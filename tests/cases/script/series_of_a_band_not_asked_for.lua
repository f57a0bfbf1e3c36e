--! expect error: series_of_a_band_not_asked_for.lua:5: no band 'nir'; this function has: red
return process {
  run = function(tile, input, p)
    return input.scenes:map({ 'red' }, { 'a' }, function(at, n)
      return at.nir[1]
    end)
  end,
}
