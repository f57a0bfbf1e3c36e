--! expect error: box_that_is_upside_down.lua:4: vector.box: bottom 10 is above top 0
return process {
  run = function(tile, input, p)
    return vector.box(0, 10, 5, 0)
  end,
}
