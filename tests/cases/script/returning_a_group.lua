--! expect error: returning_a_group.lua: run returned the input 'years' itself; return what it holds, as in input.years:each()
return process {
  run = function(tile, input, p)
    return input.years
  end,
}
