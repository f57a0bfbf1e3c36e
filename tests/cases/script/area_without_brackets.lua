--! expect error: area_without_brackets.lua:4: attempt to compare number with function: a method is called with brackets, as in g:area()
return process {
  run = function(tile, input, p)
    return vector.box(0, 0, 1, 1).area > 5
  end,
}
