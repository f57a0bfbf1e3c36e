--! expect error: xy_without_a_row.lua:4: xy: the row needs a number, not nil
return process {
  run = function(tile, input, p)
    local x, y = tile:xy(3)
  end,
}
