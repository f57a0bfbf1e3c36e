--! expect error: wkt_of_a_number.lua:4: vector.wkt needs a text, as in vector.wkt 'POINT (1 2)', not 5
return process {
  run = function(tile, input, p)
    return vector.wkt(5)
  end,
}
