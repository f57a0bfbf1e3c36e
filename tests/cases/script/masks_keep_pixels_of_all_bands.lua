--! expect red: 100 - 102 103 - - - - - - - -
--! expect dtype red: uint16
--! expect nir: 500 - 506 509 - - - - - - - -
return process {
  run = function(tile, input, p)
    local r = input.image:read { 'red', 'nir', 'cloud' }
    return r:pick { 'red', 'nir' }:where(r.cloud:lt(40))
  end,
}
