--! expect error: indexing_a_nil.lua:5: attempt to index local 'scene' (a nil value)
return process {
  run = function(tile, input, p)
    local scene
    return scene.red
  end,
}
