--! expect error: stack_between_nothing.lua:4: between needs dates, as in between('2023-06-01', '2023-09-30')
return process {
  run = function(tile, input, p)
    return input.scenes:between():first { 'red' }
  end,
}
