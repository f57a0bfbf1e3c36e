--! expect error: where_with_a_boolean.lua:4: where needs an array, not true
return process {
  run = function(tile, input, p)
    return input.image.red:where(true)
  end,
}
