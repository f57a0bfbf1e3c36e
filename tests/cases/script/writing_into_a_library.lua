--! expect error: writing_into_a_library.lua:4: cannot set 'pi': the library 'math' cannot be changed; use a variable of your own
return process {
  run = function(tile, input, p)
    math.pi = 3
  end,
}
