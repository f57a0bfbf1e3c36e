--! expect error: calling_a_nil.lua:4: attempt to call method 'foo' (a nil value)
return process {
  run = function(tile, input, p)
    return ({}):foo()
  end,
}
