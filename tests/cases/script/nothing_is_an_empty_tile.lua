--! expect empty
return process {
  run = function(tile, input, p)
    local unused = input.image.red
  end,
}
