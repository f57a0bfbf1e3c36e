--! expect names: red nir
--! expect dtype red: uint16
--! expect red: 105 - 107 107 109 110 111 111 109 110 111 111
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return input.image:read { 'red', 'nir' }:max_filter(1)
  end,
}
