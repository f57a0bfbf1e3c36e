--! expect error: metatables_are_closed.lua:4: bad argument #1 to 'setmetatable' (table expected, got an array)
return process {
  run = function(tile, input, p)
    setmetatable(input.image.red, {})
  end,
}
