--! expect error: setup_that_fails.lua:5: no table for this
return process {
  params = { kind = 'x' },
  setup = function(p)
    error('no table for this')
  end,
  run = function(tile, input, p, ready) end,
}
