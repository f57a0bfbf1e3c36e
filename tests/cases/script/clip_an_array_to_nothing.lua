--! expect empty
return process {
  run = function(tile, input, p)
    return input.image.red:clip {}
  end,
}
