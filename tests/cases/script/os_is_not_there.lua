--! expect error: os_is_not_there.lua:4: 'os' is not available in scripts: inputs and results are all that a script reads and writes
return process {
  run = function(tile, input, p)
    os.execute('true')
  end,
}
