--! expect names: red nir
--! expect red: 200 - 202 203 204 205 206 207 208 209 210 211
return process {
  run = function(tile, input, p)
    return input.image:read { 'red', 'nir' }:with('red', input.image.green)
  end,
}
