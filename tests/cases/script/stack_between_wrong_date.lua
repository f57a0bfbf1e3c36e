--! expect error: stack_between_wrong_date.lua:4: between needs dates, as in between('2023-06-01', '2023-09-30'), not '1.6.2023'
return process {
  run = function(tile, input, p)
    return input.scenes:between('1.6.2023', '2023-09-30'):first { 'red' }
  end,
}
