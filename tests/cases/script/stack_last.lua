--! expect red: 400 401 402 203 404 405 406 407 408 409 410 411
--! expect dtype red: uint16
-- Pixel 3 is nodata in scene 3, so that scene 1 gives it.
return process {
  run = function(tile, input, p)
    return input.scenes:last { 'red' }
  end,
}
