--! expect error: writing_a_parameter.lua:4: cannot set 'x': parameters cannot be changed; use a variable of your own
return process {
  run = function(tile, input, p)
    p.x = 1
  end,
}
