--! expect error: median_with_weights.lua:4: median: unknown option 'weights'; known: resampling
return process {
  run = function(tile, input, p)
    return input.scenes:median({ 'red' }, { weights = {} })
  end,
}
