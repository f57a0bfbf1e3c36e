--! expect error: nodata_that_does_not_fit.lua: output.nodata -1 does not fit into uint8
return process {
  output = { dtype = 'uint8', nodata = -1 },
  run = function() end,
}
