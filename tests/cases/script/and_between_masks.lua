--! expect error: and_between_masks.lua:4: 'and' after a mask gives what follows, not both: write a:lt(...):both(b)
return process {
  run = function(tile, input, p)
    return input.image.red:lt(105) and input.image.red:gt(101)
  end,
}
