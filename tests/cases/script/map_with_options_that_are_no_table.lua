--! expect error: map_with_options_that_are_no_table.lua:4: map: options are a table, as in { dtype = 'uint8' }, not 'uint8'
return process {
  run = function(tile, input, p)
    return input.image:read():map({ 'red' }, { 'a' }, function() end, 'uint8')
  end,
}
