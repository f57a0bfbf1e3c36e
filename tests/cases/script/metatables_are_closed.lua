--! expect error: metatables_are_closed.lua:4: bad argument #1 to 'setmetatable' (table expected, got cdata)
return process {
  run = function(tile, input, p)
    setmetatable(input.image.red, {})
  end,
}
