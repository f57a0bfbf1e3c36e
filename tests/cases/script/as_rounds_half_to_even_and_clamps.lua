--! expect band1: 0 0 - 2 2 2 3 4 4 4 5 5
--! expect dtype band1: uint8
return process {
  run = function(tile, input, p)
    return (input.dem.elevation - 0):clip(0, 5.1):as('uint8')
  end,
}
