--! expect empty
return process {
  run = function(tile, input, p)
    return {}
  end,
}
