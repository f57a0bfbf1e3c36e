--! expect error: ipairs_over_a_stack.lua:4: ipairs goes over lists; over the scenes of a stack: for scene in input.scenes:each { 'red' } do
return process {
  run = function(tile, input, p)
    for _, scene in ipairs(input.scenes) do return scene end
  end,
}
