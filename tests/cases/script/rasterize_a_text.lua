--! expect error: rasterize_a_text.lua:4: vector.rasterize: property 'crop' of feature 1 is 'wheat', not a number
return process {
  run = function(tile, input, p)
    return vector.rasterize(input.fields:features(), { value = 'crop' })
  end,
}
