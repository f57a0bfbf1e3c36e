--! expect error: stack_between_reversed.lua:4: between: the first date, '2023-09-30', is after the last, '2023-06-01'
return process {
  run = function(tile, input, p)
    return input.scenes:between('2023-09-30', '2023-06-01'):first { 'red' }
  end,
}
