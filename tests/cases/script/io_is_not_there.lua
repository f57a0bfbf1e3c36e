--! expect error: io_is_not_there.lua:4: 'io' is not available in scripts: inputs and results are all that a script reads and writes
return process {
  run = function(tile, input, p)
    io.open('/etc/passwd')
  end,
}
