--! expect error: reading_a_group.lua:4: input 'years' is a group, which has no method 'read'; it has: each, names
return process {
  run = function(tile, input, p)
    return input.years:read()
  end,
}
