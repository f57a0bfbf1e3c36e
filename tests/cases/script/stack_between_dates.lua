--! expect red: 200 - 202 203 204 205 206 207 208 209 210 211
return process {
  run = function(tile, input, p)
    return input.scenes:between('2023-08-11', '2023-08-15'):first { 'red' }
  end,
}
