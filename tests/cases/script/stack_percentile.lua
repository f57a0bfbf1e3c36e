--! expect red: 350 326 302 178 304 305 306 307 308 309 310 311
-- Of 100, 200 and 400 (plus the pixel's number); of two values where one is nodata.
return process {
  run = function(tile, input, p)
    return input.scenes:percentile({ 'red' }, 75)
  end,
}
