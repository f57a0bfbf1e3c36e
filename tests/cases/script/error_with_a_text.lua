--! expect error: error_with_a_text.lua:4: no cloud band here
return process {
  run = function(tile, input, p)
    error('no cloud band here')
  end,
}
