--! expect band1: 200 - 202 203 204 205 206 207 208 209 210 211
return process {
  run = function(tile, input, p)
    return input.image[2]
  end,
}
