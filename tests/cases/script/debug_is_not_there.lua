--! expect error: debug_is_not_there.lua:4: 'debug' is not available in scripts: inputs and results are all that a script reads and writes
return process {
  run = function(tile, input, p)
    return debug.getregistry()
  end,
}
