--! expect error: dividing_by_a_nil.lua:5: '/' needs numbers and arrays, not nil
return process {
  run = function(tile, input, p)
    local bands = {}
    return input.image.red / bands.nir
  end,
}
