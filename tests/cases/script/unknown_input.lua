--! expect error: unknown_input.lua:4: no input 'imge'; did you mean 'image'? (known: dem, extra, fields, image, scenes, years)
return process {
  run = function(tile, input, p)
    return input.imge:read()
  end,
}
