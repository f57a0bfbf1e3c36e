--! expect error: failed_assertion.lua:4: the input is empty
return process {
  run = function(tile, input, p)
    assert(false, 'the input is empty')
  end,
}
