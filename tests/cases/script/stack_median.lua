--! expect red: 300 251 202 153 204 205 206 207 208 209 210 211
return process {
  run = function(tile, input, p)
    return input.scenes:median { 'red' }
  end,
}
