--! expect sum: 600 502 706 306 712 715 718 721 724 727 730 733
--! expect std: 100 150 124.722 50 124.722 124.722 124.722 124.722 124.722 124.722 124.722 124.722
--! expect dtype std: float32
return process {
  run = function(tile, input, p)
    return { sum = input.scenes:sum('red').red, std = input.scenes:std('red').red }
  end,
}
