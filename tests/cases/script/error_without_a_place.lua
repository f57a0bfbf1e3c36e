--! expect error: error_without_a_place.lua:4: stop
return process {
  run = function(tile, input, p)
    error('stop', 0)
  end,
}
