--! expect brightness: 300 - 302 303 304 305 306 307 308 309 310 311
--! expect greenness: 500 - 506 509 512 515 518 521 524 527 530 533
--! expect wetness: 0 - 0 0 0 0 0 0 0 0 0 0
return process {
  run = function(tile, input, p)
    local options = { bands = { swir16 = 'red', swir22 = 'blue' } }
    return spectral.tasselled_cap(input.image:read(), {
      brightness = { 1, 0, 0, 0, 0, 0 }, greenness = { 0, 0, 0, 1, 0, 0 }, wetness = { 0, 0, 0, 0, 0, 0 },
    }, options)
  end,
}
