--! expect error: clip_with_features_and_an_unknown_option.lua:4: clip: unknown option 'inverted'; did you mean 'invert'? (known: invert, all_touched)
return process {
  run = function(tile, input, p)
    return input.image.red:clip(input.fields:features(), { inverted = true })
  end,
}
