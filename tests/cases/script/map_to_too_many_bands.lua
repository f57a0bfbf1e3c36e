--! expect error: map_to_too_many_bands.lua:8: map: these are more bands than one function can have; call map for some of them at a time
return process {
  run = function(tile, input, p)
    local names = {}
    for i = 1, 200 do
      names[i] = 'band' .. i
    end
    return input.image:read():map({ 'red' }, names, function(red) return red end)
  end,
}
