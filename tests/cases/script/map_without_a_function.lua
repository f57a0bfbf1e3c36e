--! expect error: map_without_a_function.lua:4: map needs a function as its third argument, not nil
return process {
  run = function(tile, input, p)
    return input.image:read():map({ 'red' }, { 'a' })
  end,
}
