--! expect error: error_with_a_table.lua:4: the script raised a table instead of a message
return process {
  run = function(tile, input, p)
    error({})
  end,
}
