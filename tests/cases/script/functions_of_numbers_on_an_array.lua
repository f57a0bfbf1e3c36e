--! expect error: functions_of_numbers_on_an_array.lua:4: bad argument #1 to 'sqrt' (number expected, got an array): functions of numbers take no arrays; arrays have methods of their own, as in a:sqrt()
return process {
  run = function(tile, input, p)
    return math.sqrt(input.image.red)
  end,
}
