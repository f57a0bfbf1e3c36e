--! expect error: unknown_field_of_the_tile.lua:4: tile has no field 'zom'; did you mean 'zoom'? (known: bounds, col, crs, height, id, lonlat, pixel_height, pixel_size, pixel_width, pixelbuffer, row, width, xy, zoom)
return process {
  run = function(tile, input, p)
    return tile.zom
  end,
}
