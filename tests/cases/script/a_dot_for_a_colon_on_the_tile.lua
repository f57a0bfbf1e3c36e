--! expect error: a_dot_for_a_colon_on_the_tile.lua:4: 'xy' is a method: write tile:xy(...), with a colon
return process {
  run = function(tile, input, p)
    local x, y = tile.xy(3, 4)
  end,
}
