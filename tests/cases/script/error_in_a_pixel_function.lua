--! expect error: error_in_a_pixel_function.lua:5: attempt to perform arithmetic on local 'green' (a nil value)
return process {
  run = function(tile, input, p)
    return input.image:read():map({ 'red' }, { 'a' }, function(red, green)
      return red + green
    end)
  end,
}
