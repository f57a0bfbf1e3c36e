--! expect n: 4 4 6 4 6 6 6 6 6 6 6 6
return process {
  run = function(tile, input, p)
    return input.scenes:map({ 'red', 'nir' }, { 'n' }, function(at, n)
      local count = 0
      for name, values in pairs(at) do
        assert(values[1] == at[name][1])
        count = count + #values
      end
      return count
    end)
  end,
}
