--! expect red: 0 - 0 0 0 0 0 0 0 0 0 0
return process {
  run = function(tile, input, p)
    local r = input.image:read { 'red', 'nir' }
    return r - r
  end,
}
