--! expect error: returning_an_input.lua: run returned the input 'image' itself; return what it holds, as in input.image:read()
return process {
  run = function(tile, input, p)
    return input.image
  end,
}
