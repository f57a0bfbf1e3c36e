--! expect error: a_dot_for_a_colon_on_a_group.lua:4: 'each' is a method of inputs: write input.name:each(...), with a colon
return process {
  run = function(tile, input, p)
    for name, source in input.years.each() do return source:read() end
  end,
}
