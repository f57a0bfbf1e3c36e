--! expect error: with_nothing.lua:4: with needs a description, as in a:with { name = 'ndvi' }, not nil
return process {
  run = function(tile, input, p)
    return input.image.red:with()
  end,
}
