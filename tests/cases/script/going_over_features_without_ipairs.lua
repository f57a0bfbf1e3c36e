--! expect error: going_over_features_without_ipairs.lua:4: attempt to call a table value: a list is gone over with ipairs, as in for i, f in ipairs(list) do
return process {
  run = function(tile, input, p)
    for field in input.fields:features() do
    end
  end,
}
