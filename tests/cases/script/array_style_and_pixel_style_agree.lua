--! expect d: 0 - 0 0 0 0 0 0 0 0 0 0
return process {
  run = function(tile, input, p)
    local r = input.image:read { 'red', 'nir' }
    local whole = (r.nir - r.red) / (r.nir + r.red)
    local pixel = r:map({ 'red', 'nir' }, { 'd' }, function(red, nir)
      return (nir - red) / (nir + red)
    end)
    return pixel - whole
  end,
}
