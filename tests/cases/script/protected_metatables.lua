--! expect error: protected_metatables.lua:4: cannot change a protected metatable
return process {
  run = function(tile, input, p)
    setmetatable(input.image:read(), {})
  end,
}
