--! expect empty
return process {
  run = function(tile, input, p)
    return input.image.red:where(input.image.red:gt(1000))
  end,
}
