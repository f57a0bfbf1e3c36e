--! expect names: red nir
return process {
  run = function(tile, input, p)
    local names, arrays = {}, {}
    for name, array in pairs(input.image:read { 'red', 'nir' }) do
      names[#names + 1], arrays[#arrays + 1] = name, array
    end
    return raster.of(names, arrays)
  end,
}
