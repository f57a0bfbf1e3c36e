--! expect error: options_that_are_no_table.lua:4: options are a table, as in { resampling = 'bilinear' }, not 'bilinear'
return process {
  run = function(tile, input, p)
    return input.image:read(nil, 'bilinear')
  end,
}
