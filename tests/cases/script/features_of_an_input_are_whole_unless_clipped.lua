--! expect feature 1: Polygon 3 1 6 3 n=1
--! expect feature 2: Polygon 3 1 4 3 n=2
return process {
  run = function(tile, input, p)
    local whole, clipped = input.fields:features(), input.fields:features { clip = true }
    return { vector.feature(whole[2].geometry, { n = 1 }), vector.feature(clipped[2].geometry, { n = 2 }) }
  end,
}
