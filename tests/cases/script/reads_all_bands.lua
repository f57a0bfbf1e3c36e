--! expect red: 100 - 102 103 104 105 106 107 108 109 110 111
--! expect blue: 300 - 302 303 304 305 306 307 308 309 310 311
--! expect dtype red: uint16
--! expect dtype cloud: uint8
return process {
  run = function(tile, input, p)
    return input.image:read()
  end,
}
