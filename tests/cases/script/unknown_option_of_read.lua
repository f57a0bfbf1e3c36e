--! expect error: unknown_option_of_read.lua:4: read: unknown option 'resample'; did you mean 'resampling'? (known: resampling)
return process {
  run = function(tile, input, p)
    return input.image:read(nil, { resample = 'bilinear' })
  end,
}
