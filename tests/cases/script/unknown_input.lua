--! expect error: unknown_input.lua:4: no input 'imge'; did you mean 'image'? (known: dem, fields, image, scenes)
return process {
  run = function(tile, input, p)
    return input.imge:read()
  end,
}
