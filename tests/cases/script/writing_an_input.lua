--! expect error: writing_an_input.lua:4: cannot set 'dem': inputs cannot be changed; use a variable of your own
return process {
  run = function(tile, input, p)
    input.dem = 1
  end,
}
