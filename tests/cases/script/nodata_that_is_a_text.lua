--! expect error: nodata_that_is_a_text.lua:5: output.nodata must be a number, not 'none'
return process {
  output = {
    bands = 1,
    nodata = 'none',
  },
  run = function() end,
}
