--! expect band1: 0.01 - 0.00980392 0.00970874 0.00961538 0.00952381 0.00943396 0.00934579 0.00925926 0.00917431 0.00909091 0.00900901
return process {
  run = function(tile, input, p)
    return 1 / input.image.red
  end,
}
