--! expect error: returning_a_stack.lua: run returned the input 'scenes' itself; return what it holds, as in input.scenes:median { 'red' }
return process {
  run = function(tile, input, p)
    return input.scenes
  end,
}
