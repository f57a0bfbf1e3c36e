--! expect red: 50 - 51 51.5 52 52.5 53 53.5 54 54.5 55 55.5
--! expect nir: 250 - 253 254.5 256 257.5 259 260.5 262 263.5 265 266.5
return process {
  run = function(tile, input, p)
    return input.image:read { 'red', 'nir' } * 0.5
  end,
}
