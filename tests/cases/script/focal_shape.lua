--! expect error: focal_shape.lua:5: dilate: unknown shape 'rond'; did you mean 'round'? (known: round, square)
return process {
  run = function(tile, input, p)
    local red, dem = input.image.red, input.dem.elevation
    return red:dilate(1, { shape = 'rond' })
  end,
}
