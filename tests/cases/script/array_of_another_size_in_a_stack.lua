--! expect error: array_of_another_size_in_a_stack.lua:4: with: the array 'x' has 2 x 2 pixels; the tile has 4 x 3
return process {
  run = function(tile, input, p)
    return input.scenes:with('x', function(scene) return scene.red:slice(0, 0, 2, 2) end):mean { 'x' }
  end,
}
