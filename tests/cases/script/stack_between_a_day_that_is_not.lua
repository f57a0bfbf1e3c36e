--! expect error: stack_between_a_day_that_is_not.lua:4: between needs dates, as in between('2023-06-01', '2023-09-30'), not '2023-02-29'
return process {
  run = function(tile, input, p)
    return input.scenes:between('2023-01-01', '2023-02-29'):first { 'red' }
  end,
}
