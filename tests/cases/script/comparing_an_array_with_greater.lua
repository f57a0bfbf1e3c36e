--! expect error: comparing_an_array_with_greater.lua:4: arrays are compared with a:gt(40), not a > 40: Lua would turn the result into true or false
return process {
  run = function(tile, input, p)
    return input.image.red:where(input.image.cloud > 40)
  end,
}
