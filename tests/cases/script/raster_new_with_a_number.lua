--! expect error: raster_new_with_a_number.lua:4: raster.new: band 'b' must be an array, not 3
return process {
  run = function(tile, input, p)
    return raster.new { a = input.image.red, b = 3 }
  end,
}
