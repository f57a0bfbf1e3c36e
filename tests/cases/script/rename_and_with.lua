--! expect names: a b c
--! expect c: 200 - 202 203 204 205 206 207 208 209 210 211
return process {
  run = function(tile, input, p)
    return input.image:read { 'red', 'nir' }:rename { 'a', 'b' }:with('c', input.image.green)
  end,
}
