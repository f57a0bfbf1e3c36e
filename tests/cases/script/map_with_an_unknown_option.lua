--! expect error: map_with_an_unknown_option.lua:4: map: unknown option 'type'; did you mean 'dtype'? (known: dtype)
return process {
  run = function(tile, input, p)
    return input.image:read():map({ 'red' }, { 'a' }, function() end, { type = 'uint8' })
  end,
}
