--! expect error: unknown_option_of_features.lua:4: features: unknown option 'clipped'; did you mean 'clip'? (known: clip)
return process {
  run = function(tile, input, p)
    return input.fields:features { clipped = true }
  end,
}
