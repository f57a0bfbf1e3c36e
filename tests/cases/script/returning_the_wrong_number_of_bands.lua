--! expect error: returning_the_wrong_number_of_bands.lua: run returned 2 bands (red, nir); the script declares 3
return process {
  output = { bands = 3 },
  run = function(tile, input)
    return input.image:read { 'red', 'nir' }
  end,
}
