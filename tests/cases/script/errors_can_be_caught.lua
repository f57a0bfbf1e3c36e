--! expect band1: 100 - 102 103 104 105 106 107 108 109 110 111
return process {
  run = function(tile, input, p)
    local ok, message = pcall(function()
      return input.image.rad
    end)
    assert(not ok and message == "errors_can_be_caught.lua:5: no band 'rad'; input 'image' has: red, green, blue, nir, cloud; did you mean 'red'?", message)
    return input.image.red
  end,
}
