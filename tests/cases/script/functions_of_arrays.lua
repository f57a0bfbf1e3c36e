--! expect band1: 3 - 3 3 3 3 3 3 3 3 3 3
return process {
  run = function(tile, input, p)
    local a = input.image.red
    local one = a:log():exp() / a
    return one:round() + one:round():sqrt() + (-one):round():abs()
  end,
}
