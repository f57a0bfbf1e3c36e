--! expect error: misspelt_method_of_a_stack.lua:4: a stack has no method 'meidan'; did you mean 'median'?
return process {
  run = function(tile, input, p)
    return input.scenes:meidan { 'red' }
  end,
}
