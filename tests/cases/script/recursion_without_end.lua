--! expect error: recursion_without_end.lua:5: stack overflow: does a function call itself without end?
return process {
  run = function(tile, input, p)
    local function again(n)
      return again(n + 1)
    end
    return again(1)
  end,
}
