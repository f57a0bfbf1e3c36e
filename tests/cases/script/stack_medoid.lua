--! expect red: 200 101 202 103 204 205 206 207 208 209 210 211
--! expect dtype nir: uint16
return process {
  run = function(tile, input, p)
    return input.scenes:medoid { 'red', 'nir' }
  end,
}
