--! expect error: map_without_outputs.lua:4: map needs the names of the output bands, as in { 'ndvi' }, not a function
return process {
  run = function(tile, input, p)
    return input.image:read():map({ 'red' }, function() end)
  end,
}
