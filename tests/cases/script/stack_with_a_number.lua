--! expect error: stack_with_a_number.lua:4: with: the function must return the array 'half', not 0.5
return process {
  run = function(tile, input, p)
    return input.scenes:with('half', function(scene) return 0.5 end):mean { 'half' }
  end,
}
