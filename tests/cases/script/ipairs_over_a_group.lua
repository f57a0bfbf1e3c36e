--! expect error: ipairs_over_a_group.lua:4: ipairs goes over lists; over the inputs of a group: for name, source in input.years:each() do
return process {
  run = function(tile, input, p)
    for _, source in ipairs(input.years) do return source:read() end
  end,
}
